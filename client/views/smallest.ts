import type { ViewName } from '../../runners/protocol/view.ts'

/** The smallest box that a view can be read in, in px of the canvas. */
const SMALLEST: Partial<Record<ViewName, { width: number, height: number }>> = {
  LiveCluster: { width: 260, height: 120 },
  LiveContainers: { width: 120, height: 56 },
  LiveEvents: { width: 180, height: 50 },
  LiveNetwork: { width: 260, height: 110 },
  LiveObjects: { width: 180, height: 50 },
  LivePods: { width: 140, height: 80 },
  LiveRace: { width: 200, height: 96 },
  LiveRequests: { width: 180, height: 60 },
  LiveStats: { width: 180, height: 80 },
}

/** Whether a view would be a sliver in a box of this size; a box that was not measured yet has room. */
export function isTooSmall(view: ViewName, { width, height }: { width: number, height: number }): boolean {
  const smallest = SMALLEST[view]
  return !!smallest && width > 0 && (width < smallest.width || height < smallest.height)
}
