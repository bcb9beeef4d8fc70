import type { SourceSlideInfo } from '@slidev/types'
import type { Problem } from '../protocol/problem.ts'
import { relative } from 'node:path'
import { isMap, isScalar } from 'yaml'
import { distance } from '../protocol/suggest.ts'
import { frontPlaceOf } from './front-place.ts'

/** What Slidev 53 reads of a headmatter (`HeadmatterConfig` of @slidev/types). */
const HEADMATTER = 'title titleTemplate theme addons remoteAssets download codeCopy magicMoveCopy author info highlighter twoslash lineNumbers colorSchema routerMode aspectRatio canvasWidth selectable themeConfig fonts favicon drawings plantUmlServer record remote css presenter browserExporter htmlAttrs comark mdc editor mcp contextMenu wakeLock pwa exportFilename export monaco monacoTypesSource monacoTypesAdditionalPackages monacoTypesIgnorePackages monacoRunAdditionalDeps monacoRunUseStrict seoMeta notesAutoRuby duration timer magicMoveDuration shiki clickAnimation preloadImages defaults lang'.split(' ')
/** What Slidev reads of a frontmatter (`Frontmatter` of @slidev/types), and its own layouts. */
const FRONTMATTER = 'layout class clicks clicksStart preload hide disabled hideInToc title level routeAlias zoom clickAnimation dragPos src transition background image backgroundSize color duration'.split(' ')
const KNOWN = [...new Set([...HEADMATTER, ...FRONTMATTER])]

/** Shorter ones are like too many others. */
const SHORTEST = 4

/**
 * Warns of keys that are all but one that Slidev reads: they do silently nothing. A theme may read any
 * other key.
 */
export function checkFrontKeys(source: SourceSlideInfo, dir: string, problems: Problem[]): void {
  const contents = source.frontmatterDoc?.contents
  const keys = isMap(contents) ? contents.items.flatMap(({ key }) => isScalar(key) ? [String(key.value)] : []) : []
  for (const key of keys) {
    const meant = meantBy(key)
    if (!meant)
      continue
    problems.push({
      severity: 'warning',
      file: relative(dir, source.filepath),
      ...frontPlaceOf(source, key, 'key'),
      code: 'unknown-key',
      message: `nothing reads the key ${key}`,
      hint: `Did you mean ${meant}?`,
    })
  }
}

function meantBy(key: string): string | undefined {
  if (KNOWN.includes(key) || key.length < SHORTEST)
    return undefined
  // More of the same, or a numbered one, is a theme's own.
  return KNOWN.find(known => distance(key.toLowerCase(), known.toLowerCase()) <= 1 && !/^(?:s|\d)$/.test(key.slice(known.length)))
}
