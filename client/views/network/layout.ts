import type { DrawnNetwork, NetworkedContainer, NetworkModel } from './network.ts'

interface Box { x: number, y: number, width: number, height: number }

/** A network as a bar that its containers hang from; the line to the NAT leaves at `uplink`. */
export interface BridgeShape extends Box {
  network: DrawnNetwork
  uplink?: number
  members: number
  dots: { x: number, y: number, running: boolean }[]
}

/** A container below its bridges; `joins` are where its own line meets them. */
export interface ContainerShape extends Box { container: NetworkedContainer, joins: number[] }

/** Where everything stands, in px; `detail` says how much of a container can be written. */
export interface NetworkLayout {
  detail: 'box' | 'slim' | 'dots'
  compact: boolean
  host: Box
  nat?: Box
  bridges: BridgeShape[]
  containers: ContainerShape[]
  /** Networks that found no room. */
  hidden: number
}

const PORT = 30
/** How high things stand where there is room, and where there is little: then the gateways are left out. */
const ROOMY = { nat: 62, natHeight: 30, bridges: 126, lead: 20 }
const COMPACT = { nat: 38, natHeight: 28, bridges: 84, lead: 14 }
const LOW = 264
const BRIDGE = { height: 34, gap: 12 }
const COLUMN = { box: 168, slim: 70 }
const EDGE = 16
const DOT = 12

/** Where host, NAT, bridges and containers stand in a box of `width` × `height` px. */
export function layOutNetwork({ networks, containers }: NetworkModel, width: number, height: number): NetworkLayout {
  const host = { x: 1, y: PORT / 2, width: width - 2, height: height - PORT / 2 - 1 }
  const column = (width - 2 * EDGE) / Math.max(1, containers.length)
  const open = networks.some(network => !network.internal)
  const roomy = layOutAt(ROOMY)
  return roomy.hidden || height < LOW ? layOutAt(COMPACT) : roomy

  function layOutAt(levels: typeof ROOMY): NetworkLayout {
    const nat = open ? { x: EDGE, y: levels.nat, width: width - 2 * EDGE, height: levels.natHeight } : undefined
    const detail = column >= COLUMN.box ? 'box' : column >= COLUMN.slim ? 'slim' : 'dots'
    const top = open ? levels.bridges : ROOMY.nat
    const space = { x: EDGE, y: top, width: width - 2 * EDGE, height: Math.max(0, height - top - EDGE) }
    const rest = detail === 'dots' ? inCells(networks, containers, space) : inColumns(networks, containers, space, { detail, lead: levels.lead })
    return { detail, compact: levels === COMPACT, host, nat, ...rest }
  }
}

/** A column for each container; bridges that share no column share a row. */
function inColumns(networks: DrawnNetwork[], containers: NetworkedContainer[], space: Box, { detail, lead }: { detail: 'box' | 'slim', lead: number }): Pick<NetworkLayout, 'bridges' | 'containers' | 'hidden'> {
  const order = networks.map(({ name }) => name)
  const first = (c: NetworkedContainer): number =>
    Math.min(...Object.keys(c.addresses).map(name => order.indexOf(name)), order.length)
  const sorted = containers.toSorted(
    (a, b) => first(a) - first(b) || Object.keys(a.addresses).length - Object.keys(b.addresses).length,
  )
  const width = Math.min(space.width / Math.max(1, sorted.length), detail === 'box' ? 300 : COLUMN.box)
  const left = space.x + (space.width - width * sorted.length) / 2
  const rows: [from: number, to: number][][] = []
  const box = 68
  const fitting = Math.max(1, Math.floor((space.height - box - lead + BRIDGE.gap) / (BRIDGE.height + BRIDGE.gap)))
  const bridges: BridgeShape[] = []
  let hidden = 0
  for (const network of networks) {
    const columns = sorted.flatMap((c, i) => network.name in c.addresses ? [i] : [])
    // Without a container it takes what is left of a row of its own.
    const [from, to] = columns.length ? [columns[0]!, columns.at(-1)!] : [0, Math.max(0, sorted.length - 1)]
    let row = rows.findIndex(taken => taken.every(([a, b]) => to < a || from > b))
    if (row < 0)
      row = rows.push([]) - 1
    rows[row]!.push([from, to])
    if (row >= fitting) {
      hidden++
      continue
    }
    const x = sorted.length ? left + from * width + 5 : space.x
    bridges.push({
      network,
      x,
      y: space.y + row * (BRIDGE.height + BRIDGE.gap),
      width: sorted.length ? (to - from + 1) * width - 10 : space.width,
      height: BRIDGE.height,
      uplink: network.internal ? undefined : x + 14,
      members: columns.length,
      dots: [],
    })
  }
  const y = space.y + Math.min(rows.length, fitting) * (BRIDGE.height + BRIDGE.gap) - BRIDGE.gap + lead
  const high = Math.min(box, Math.max(40, space.y + space.height - y))
  // The boxes stand at the foot of the host, with all the air above them.
  const foot = Math.max(y, Math.min(space.y + space.height - high, y + 60))
  return {
    bridges,
    hidden,
    containers: sorted.map((container, i) => ({
      container,
      x: left + i * width + 5,
      y: foot,
      width: width - 10,
      height: high,
      joins: bridges.filter(({ network }) => container.addresses[network.name]).map(bridge => bridge.y + bridge.height),
    })),
  }
}

/** A cell for each network, with a dot for each of its containers. */
function inCells(networks: DrawnNetwork[], containers: NetworkedContainer[], space: Box): Pick<NetworkLayout, 'bridges' | 'containers' | 'hidden'> {
  const perRow = Math.min(networks.length, Math.max(1, Math.floor(space.width / 260)))
  const rows = Math.min(Math.ceil(networks.length / perRow), Math.max(1, Math.floor(space.height / 66)))
  const cell = { width: space.width / perRow, height: space.height / rows }
  const bridges = networks.slice(0, perRow * rows).map((network, i): BridgeShape => {
    const members = containers.filter(c => network.name in c.addresses)
    const bar = {
      x: space.x + (i % perRow) * cell.width + 5,
      y: space.y + Math.floor(i / perRow) * cell.height,
      width: cell.width - 10,
      height: BRIDGE.height,
    }
    const area = { width: bar.width, height: cell.height - BRIDGE.height - 14 }
    const pitch = Math.min(
      DOT + 5,
      Math.sqrt((area.width * Math.max(10, area.height)) / Math.max(1, members.length)) * 0.97,
    )
    const across = Math.max(1, Math.floor(area.width / pitch))
    return {
      network,
      ...bar,
      uplink: network.internal || i >= perRow ? undefined : bar.x + 14,
      members: members.length,
      dots: members.map((c, n) => ({ x: bar.x + (n % across + 0.5) * pitch, y: bar.y + bar.height + 8 + (Math.floor(n / across) + 0.5) * pitch, running: c.state === 'running' })),
    }
  })
  return { bridges, containers: [], hidden: networks.length - bridges.length }
}
