import type { ResolvedSlidevOptions } from '@slidev/types'
import type { Plugin } from 'vite'
import process from 'node:process'
import { flavourOf } from '../runners/protocol/flavour.ts'

/** What the headmatter says to this machine only, and what is the speaker's. */
const OWN_KEYS = ['kamishibai', 'addons', 'export', 'remote', 'mcp', 'editor', 'duration']
/** What of Slidev only a speaker uses. */
const OWN_FEATURES = ['PRESENTER', 'DRAWINGS', 'RECORD', 'PRINT', 'BROWSER_EXPORTER']

const RE_FLAG = new RegExp(`__SLIDEV_FEATURE_(?:${OWN_FEATURES.join('|')})__`, 'g')

/** Whether this builds the site for the audience's own devices. */
export function isRemoteBuild({ mode }: ResolvedSlidevOptions): boolean {
  return flavourOf(mode, process.env) === 'remote'
}

/**
 * Takes out of the site what is the speaker's: settings, the presenter's view, and what goes with it. Notes go by
 * Slidev's own option.
 */
export function stripForRemote({ data, utils }: ResolvedSlidevOptions): void {
  const matters = [data.config, data.headmatter, ...data.slides.map(slide => slide.frontmatter)] as Record<
    string,
    unknown
  >[]
  for (const matter of matters) {
    for (const key of OWN_KEYS)
      delete matter[key]
  }
  for (const slide of data.slides)
    slide.frontmatterRaw = ''
  data.config.download = false
  for (const feature of OWN_FEATURES)
    utils.define[`__SLIDEV_FEATURE_${feature}__`] = 'false'
}

/** Takes the same out of Slidev's components: it reads their flags before an addon can set them. */
export function remoteFlagsPlugin(): Plugin {
  return {
    name: 'kamishibai:remote-flags',
    enforce: 'pre',
    transform: {
      order: 'pre',
      handler: (code, id) => /\.vue(?:$|\?)/.test(id) && code.search(RE_FLAG) >= 0 ? code.replaceAll(RE_FLAG, 'false') : undefined,
    },
  }
}
