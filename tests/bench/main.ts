import type { Measure, Row, World } from './_row.ts'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { findBrowser } from '../../runners/cli/slidev/slidev.ts'
import { findDocker } from '../engines/docker.ts'
import { findCluster } from '../engines/kubernetes.ts'
import { makePlanned } from '../engines/planned.ts'
import { cleanUp } from './clean-up.ts'
import { click } from './click.ts'
import { cluster } from './cluster.ts'
import { container } from './container.ts'
import { echo } from './echo.ts'
import { fallback } from './fallback.ts'
import { flood } from './flood.ts'
import { guard } from './guard.ts'
import { killed } from './killed.ts'
import { pods } from './pods.ts'
import { replay } from './replay.ts'
import { slidev } from './slidev.ts'
import { viewers } from './viewers.ts'

const ROWS: Row[] = [
  click,
  echo,
  container,
  guard,
  cleanUp,
  killed,
  cluster,
  pods,
  viewers,
  flood,
  replay,
  fallback,
  slidev,
]
const ROOT = resolve(import.meta.dirname, '../..')
const OUT = join(ROOT, '.kamishibai')

interface Result extends Measure { row: string, ok?: boolean }
/** A row that could not be measured: skipped for want of something, or failed. */
interface Unmeasured { row: string, what: string, skipped?: string, failed?: string }

const HELP = `npm run bench -- [ROW…] [--strict]

Measures the budgets of the design beside their peers in the same run, and prints a table.
Results go to .kamishibai/bench.json, and one line a run to .kamishibai/bench-history.jsonl.

  ROW       only these rows
  --strict  exit with 1 when a budget is missed or a row fails

Rows:
${ROWS.map(row => `  ${row.id.padEnd(12)} ${row.what}`).join('\n')}
`

function passes({ budget, value }: Measure): boolean | undefined {
  return budget === undefined ? undefined : value <= budget
}

function number(value: number, unit: Measure['unit']): string {
  return unit === '×' ? value.toFixed(2) : unit === 'bytes' ? String(value) : `${value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

function formatTable(results: (Result | Unmeasured)[]): string {
  const cells = results.map((result) => {
    if (!('value' in result))
      return [result.what, '', result.skipped ? 'skipped' : 'failed', result.skipped ?? result.failed ?? '', '', result.skipped ? '–' : '✗']
    const { what, budget, value, unit, ours = '', peer = '', ok } = result
    return [what, budget === undefined ? '' : `≤ ${number(budget, unit)}`, number(value, unit), ours, peer, ok === undefined ? '' : ok ? '✓' : '✗']
  })
  const head = ['what', 'budget', 'measured', 'ours', 'peer', '']
  const widths = head.map((title, x) => Math.max(title.length, ...cells.map(row => row[x]!.length)))
  return [head, widths.map(width => '─'.repeat(width)), ...cells].map(row => row.map((cell, x) => cell.padEnd(widths[x]!)).join('  ').trimEnd()).join('\n')
}

async function measure(row: Row, world: World): Promise<(Result | Unmeasured)[]> {
  const missing = row.needs.find(need => need === 'docker' ? !world.dockerHost : need === 'cluster' ? !world.cluster : !hasBrowser())
  if (missing)
    return [{ row: row.id, what: row.what, skipped: { docker: 'no Docker engine', cluster: 'no cluster', browser: 'no browser' }[missing] }]
  try {
    return (await row.run(world)).map(result => ({ row: row.id, ...result, ok: passes(result) }))
  }
  catch (error) {
    return [{ row: row.id, what: row.what, failed: (error as Error).message }]
  }
}

function hasBrowser(): boolean {
  try {
    return Boolean(findBrowser())
  }
  catch {
    return false
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { strict: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const unknown = positionals.find(id => !ROWS.some(row => row.id === id))
  if (unknown) {
    process.stderr.write(`There is no row ${unknown}. There are: ${ROWS.map(row => row.id).join(', ')}.\n`)
    return 2
  }
  const rows = ROWS.filter(row => !positionals.length || positionals.includes(row.id))
  const docker = rows.some(row => row.needs.includes('docker')) ? await findDocker() : undefined
  const nodes = rows.some(row => row.needs.includes('cluster')) ? await findCluster() : undefined
  const engine = docker && 'host' in docker ? docker : undefined
  const cluster = nodes && 'cluster' in nodes ? nodes : undefined
  const dir = join(OUT, 'bench')
  const results: (Result | Unmeasured)[] = []
  try {
    if (cluster?.plan)
      await makePlanned(cluster.plan)
    for (const row of rows) {
      const say = (text: string): void => void process.stderr.write(process.stderr.isTTY ? `\r\x1B[K${row.id}: ${text}` : `  ${text}\n`)
      rmSync(dir, { recursive: true, force: true })
      mkdirSync(dir, { recursive: true })
      process.stderr.write(`${row.id} …\n`)
      results.push(...await measure(row, { dockerHost: engine?.host, cluster: cluster?.cluster, dir, progress: say }))
    }
  }
  finally {
    rmSync(dir, { recursive: true, force: true })
    await engine?.stop()
    await cluster?.stop()
  }
  process.stdout.write(`\n${formatTable(results)}\n`)
  const report = {
    at: new Date().toISOString(),
    node: process.version,
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
    results,
  }
  writeFileSync(join(OUT, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`)
  appendFileSync(join(OUT, 'bench-history.jsonl'), `${JSON.stringify(report)}\n`)
  const missed = results.some(result => 'value' in result ? result.ok === false : result.failed)
  return missed && values.strict ? 1 : 0
}

process.exit(await main())
