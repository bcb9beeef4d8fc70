/** An attribute of a view. */
export interface ViewAttribute {
  required?: boolean
  /** That it holds step ids, comma-separated, or also names of containers. */
  names?: 'steps' | 'measured'
}

const steps: ViewAttribute = { names: 'steps' }
const needed: ViewAttribute = { names: 'steps', required: true }

/** The views that a deck may use, with their attributes; a test holds it equal to the components' own props. */
export const VIEWS = {
  LiveContainers: { steps },
  LiveNetwork: { steps },
  LiveStats: { of: { names: 'measured' } },
  LivePods: { steps, selector: {} },
  LiveObjects: { kind: { required: true }, steps },
  LiveCluster: { steps, network: {}, cluster: {} },
  LiveEvents: { steps },
  LiveRequests: { step: needed },
  LiveRace: { steps: needed },
  LiveOutput: { step: needed, status: {} },
  LiveCompare: { steps: needed },
} satisfies Record<string, Record<string, ViewAttribute>>

export type ViewName = keyof typeof VIEWS

export function isView(name: string): name is ViewName {
  return Object.hasOwn(VIEWS, name)
}

/** The attributes of a view, by name. */
export function attributesOf(view: ViewName): [string, ViewAttribute][] {
  return Object.entries(VIEWS[view])
}

/** The words of a comma-separated attribute; none where it is missing. */
export function listOf(value: string | undefined): string[] {
  return (value ?? '').split(',').map(part => part.trim()).filter(Boolean)
}
