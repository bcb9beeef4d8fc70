import type { ResolvedSlidevOptions } from '@slidev/types'
import type { Plugin } from 'vite'
import process from 'node:process'
import { isWithin } from '../runners/deck/workspace.ts'
import { tellBuilding } from '../runners/protocol/building.ts'
import { flavourOf } from '../runners/protocol/flavour.ts'

/** What Slidev has on, off, or in one of its modes only; and those of them that a headmatter need not name. */
const SWITCHES = ['record', 'presenter', 'browserExporter', 'wakeLock', 'monaco', 'twoslash'] as const
const ON_IN_DEV: readonly string[] = ['record', 'browserExporter']

const RE_SLIDE = /__slidev_(\d+)\.md$/

/** Whether this builds what is presented. */
export function isStageBuild({ mode }: Pick<ResolvedSlidevOptions, 'mode'>): boolean {
  return flavourOf(mode, process.env) === 'stage'
}

/** Sets the switches of a headmatter, in place, so that a build has what Slidev's dev server has. */
export function switchAsInDev(headmatter: Record<string, unknown>): void {
  const inDev = (value: unknown): unknown => value === 'dev' ? true : value === 'build' ? false : value
  for (const name of SWITCHES) {
    if (name in headmatter || ON_IN_DEV.includes(name))
      headmatter[name] = inDev(headmatter[name] ?? 'dev')
  }
  const { drawings } = headmatter as { drawings?: { enabled?: unknown } }
  if (drawings && typeof drawings === 'object')
    headmatter.drawings = { ...drawings, ...'enabled' in drawings && { enabled: inDev(drawings.enabled) } }
  // It would print the deck while it is built.
  delete headmatter.download
}

/** Tells who asked for the build how far it is, and of what outside the deck's folder the page is made. */
export function stagePlugin({ data, userRoot }: ResolvedSlidevOptions): Plugin {
  const slides = new Set<string>()
  return {
    name: 'kamishibai:stage',
    apply: 'build',
    transform: {
      filter: { id: RE_SLIDE },
      handler(_, id) {
        slides.add(RE_SLIDE.exec(id)![1]!)
        tellBuilding({ done: slides.size, total: data.slides.length }, process)
      },
    },
    generateBundle() {
      const files = [...this.getModuleIds()].map(id => id.split('?')[0]!)
        .filter(file => file.startsWith('/') && !file.includes('/node_modules/') && !isWithin(file, userRoot))
      tellBuilding({ outside: [...new Set(files)] }, process)
    },
  }
}
