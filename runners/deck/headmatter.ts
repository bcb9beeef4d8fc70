import type { Document, Node } from 'yaml'
import type { Grant } from '../protocol/grant.ts'
import type { Settings } from '../protocol/headmatter.ts'
import type { Problem } from '../protocol/problem.ts'
import type { GrantMistake } from './grants.ts'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { settingsSchema } from '../protocol/headmatter.ts'
import { nearest, suggestion } from '../protocol/suggest.ts'
import { yamlSentence } from './formats/yaml-mistakes.ts'
import { isGrant, readGrant, unknownStep } from './grants.ts'

const KEY = 'kamishibai'
/** Between dashes, or as a YAML fence: its first line is the file's second either way. */
const RE_HEADMATTER = /^(?:---[^\n]*\n([\s\S]*?)\n---|```ya?ml[^\n]*\n([\s\S]*?)\n```)/

/** The deck's settings, and a look at its grants once its steps are known. */
export interface Headmatter { settings: Settings, checkGrants: (steps: string[]) => void }

/** Reads the settings under `kamishibai:`; mistakes go to `problems`, and defaults take the place of what is faulty. */
export function readHeadmatter(markdown: string, file: string, problems: Problem[]): Headmatter {
  const [, dashed, fenced = ''] = RE_HEADMATTER.exec(markdown.replaceAll('\r\n', '\n')) ?? []
  const counter = new LineCounter()
  const document = parseDocument(dashed ?? fenced, { lineCounter: counter })
  const report = (offset: number, code: string, message: string, hint?: string): void => {
    const { line, col } = counter.linePos(offset)
    problems.push({ severity: 'error', file, line: Math.max(1, line) + 1, column: Math.max(1, col), code, message, hint })
  }
  const given = readValue(document, report)
  const settings = parseSettings(given, document, report)
  const grants = settings.grants.flatMap(
    (text, i): { grant: Grant, text: string, tell: (mistake: GrantMistake) => void }[] => {
      const tell = ({ offset, code, message, hint }: GrantMistake): void =>
        report(offsetIn(document, [KEY, 'grants', i], offset), code, message, hint)
      const grant = readGrant(text)
      if (isGrant(grant))
        return [{ grant, text, tell }]
      tell(grant)
      return []
    },
  )
  return {
    settings: { ...settings, grants: grants.map(({ text }) => text) },
    checkGrants(steps) {
      for (const { grant, text, tell } of grants) {
        const mistake = unknownStep(text, grant, steps)
        if (mistake)
          tell(mistake)
      }
    },
  }
}

/** Where item `index` of a list of the settings stands in the deck's file; line and column from 1. */
export function placeOfItem(markdown: string, key: keyof Settings, index: number): { line: number, column: number } {
  const [, dashed, fenced = ''] = RE_HEADMATTER.exec(markdown.replaceAll('\r\n', '\n')) ?? []
  const counter = new LineCounter()
  const document = parseDocument(dashed ?? fenced, { lineCounter: counter })
  const { line, col } = counter.linePos(offsetIn(document, [KEY, key, index]))
  return { line: Math.max(1, line) + 1, column: Math.max(1, col) }
}

type Report = (offset: number, code: string, message: string, hint?: string) => void

/** What stands under `kamishibai:`, whatever it is. */
function readValue(document: Document, report: Report): unknown {
  for (const error of (document as Document.Parsed).errors)
    report(error.pos[0], 'bad-yaml', yamlSentence(error.message))
  if ((document as Document.Parsed).errors.length)
    return {}
  try {
    const top = document.toJS() as Record<string, unknown> | null
    for (const key of isMap(document.contents) ? Object.keys(top ?? {}) : []) {
      if (key !== KEY && nearest(key, [KEY]))
        report(keyOffset(document, [key]), 'unknown-key', `unknown key ${key}`, `Did you mean ${KEY}?`)
    }
    return top?.[KEY] ?? {}
  }
  catch (error) {
    report(0, 'bad-yaml', (error as Error).message)
    return {}
  }
}

function parseSettings(given: unknown, document: Document, report: Report): Settings {
  const parsed = settingsSchema.safeParse(given)
  if (parsed.success)
    return parsed.data
  const kept = { ...given as Record<string, unknown> }
  for (const issue of parsed.error.issues) {
    const path = [KEY, ...issue.path] as (string | number)[]
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        report(keyOffset(document, [...path, key]), 'unknown-key', `unknown key ${key}`, suggestion(key, keysAt(issue.path)))
      issue.keys.forEach(key => issue.path.length || delete kept[key])
    }
    else {
      const value = document.getIn(path)
      const shown = isScalar(value) ? value.value : value
      const said = shown === null || typeof shown === 'object' ? '' : ` cannot be ${JSON.stringify(shown)}`
      const [message, hint] = issue.code === 'invalid_value' ? ['it is unknown', suggestion(String(shown), issue.values.map(String))] : [issue.message, undefined]
      report(offsetIn(document, path), 'bad-value', `${path.join('.')}${said}: ${message}`, hint)
    }
    if (issue.path.length)
      delete kept[String(issue.path[0])]
  }
  return settingsSchema.safeParse(kept).data ?? settingsSchema.parse({})
}

/** The keys that are allowed at a place of the settings. */
function keysAt(path: PropertyKey[]): string[] {
  let schema: z.ZodType = settingsSchema
  for (const key of path) {
    const inner: z.ZodType | undefined
      = schema instanceof z.ZodObject ? (schema.shape[String(key)] as z.ZodType) : undefined
    schema = inner && 'unwrap' in inner ? (inner as z.ZodPrefault<z.ZodType>).unwrap() : inner ?? settingsSchema
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** Where a value stands, or, in a text, its character number `offset`; where it is missing, the key above it. */
function offsetIn(document: Document, path: (string | number)[], offset = 0): number {
  const node = document.getIn(path, true) as Node | undefined
  if (!node?.range)
    return path.length > 1 ? keyOffset(document, path.slice(0, -1)) : 0
  const quoted = isScalar(node) && (node.type ?? '').startsWith('QUOTE') ? 1 : 0
  return node.range[0] + (offset && offset + quoted)
}

/** Where a key stands. */
function keyOffset(document: Document, path: (string | number)[]): number {
  const map = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents
  const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined
  return (pair?.key as Node | undefined)?.range?.[0] ?? 0
}
