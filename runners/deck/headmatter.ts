import type { Settings } from '../protocol/headmatter.ts'
import type { Problem } from '../protocol/step.ts'
import { LineCounter, parseDocument } from 'yaml'
import { settingsSchema } from '../protocol/headmatter.ts'
import { suggestion } from './suggest.ts'

/** The settings under `kamishibai:` of the headmatter; mistakes go to `problems`, and defaults take their place. */
export function readSettings(markdown: string, file: string, problems: Problem[]): Settings {
  const [, headmatter = ''] = /^---[^\n]*\n([\s\S]*?)\n---/.exec(markdown.replaceAll('\r\n', '\n')) ?? []
  const counter = new LineCounter()
  const document = parseDocument(headmatter, { lineCounter: counter })
  const report = (offset: number, code: string, message: string, hint?: string): void => {
    const { line, col } = counter.linePos(offset)
    // The headmatter's first line is the file's second.
    problems.push({ severity: 'error', file, line: Math.max(1, line) + 1, column: Math.max(1, col), code, message, hint })
  }
  for (const error of document.errors)
    report(error.pos[0], 'bad-yaml', error.message.split('\n')[0]!)
  let value: unknown = {}
  try {
    value = document.errors.length ? {} : (document.toJS() as { kamishibai?: unknown } | null)?.kamishibai ?? {}
  }
  catch (error) {
    report(0, 'bad-yaml', (error as Error).message)
  }
  const parsed = settingsSchema.safeParse(value)
  if (parsed.success)
    return parsed.data
  for (const issue of parsed.error.issues) {
    const path = ['kamishibai', ...issue.path, ...issue.code === 'unrecognized_keys' ? [issue.keys[0]!] : []] as string[]
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined
    const allowed = issue.path.length ? [] : Object.keys(settingsSchema.shape)
    if (issue.code === 'unrecognized_keys')
      report(node?.range?.[0] ?? 0, 'unknown-key', `unknown key ${issue.keys[0]}`, allowed.length ? suggestion(issue.keys[0]!, allowed) : undefined)
    else
      report(node?.range?.[0] ?? 0, 'bad-value', `${path.join('.')}: ${issue.message}`)
  }
  return settingsSchema.parse({})
}
