import type { Settings } from '../protocol/headmatter.ts'
import type { Step, Verb } from '../protocol/step.ts'
import type { Info, Word } from './info.ts'
import { parseDuration } from '../protocol/headmatter.ts'
import { VERBS } from '../protocol/step.ts'
import { nearest, suggestion } from '../protocol/suggest.ts'
import { checkOptions } from './check-options.ts'
import { parseCondition, parseMark, parseMoments } from './conditions.ts'
import { parseContainer } from './formats/container.ts'
import { manifestMistakes } from './formats/manifests.ts'
import { parseBy, parseRate, parseRequests } from './formats/request.ts'
import { VERB_TABLE } from './verbs.ts'

/** Where a fence stands, and how to report on it. */
export interface FencePlace {
  slide: number
  ordinal: number
  file: string
  line: number
  column: number
  files: string[]
  /** `offset` counts within the info string. */
  report: (offset: number, code: string, message: string, hint?: string) => void
  /** `line` and `column` from 1 within the code. */
  reportCode: (line: number, column: number, message: string, hint?: string) => void
}

const RE_HIDDEN = /^# hidden: ?/
/** A regular expression without its end. */
const RE_CUT = /^(?:match=)?\/(?:\\.|[^/\\])*$/
const RE_ID = /^[a-z0-9][a-z0-9-]{0,62}$/
const CHOICES = { on: ['click', 'next', 'enter'], fallback: ['ask', 'auto', 'off'] } as const
const REQUIREMENTS = /^(?:host|policy|etcd|overlay|vm|nodes:\d+)$/

/** The id that a fence gives itself, even if it is faulty otherwise. */
export function idOf(info: Info): Word | undefined {
  return info.words.find(word => word.key === 'id')
}

/** The step of a fence, with all its mistakes reported: what is wrong has its default. Undefined where the verb is none. */
export function toStep(info: Info, code: string, settings: Settings, place: FencePlace): Step | undefined {
  const { report } = place
  function reportCode(mistakes: { line: number, column: number, message: string, hint?: string }[]): void {
    for (const { line, column, message, hint } of mistakes)
      place.reportCode(line, column, message, hint)
  }
  if (!info.closed)
    report(info.offset, 'unclosed-brace', 'the brace is not closed, or a value has a quote that is not', 'Write {verb key=value}.')
  const verb = verbOf(info, report)
  if (!verb)
    return undefined
  const table = VERB_TABLE[verb]
  if (!table.languages.includes(info.lang))
    report(0, 'bad-language', `{${verb}} does not go with ${info.lang || 'no language'}`, `Allowed: ${table.languages.join(', ')}.`)
  // Behind a quote that is not closed words are none.
  if (info.closed)
    checkOptions(info.words.slice(1), verb, info.offset, report)

  const word = (key: string): Word | undefined => info.words.slice(1).findLast(w => w.key === key)
  const text = (key: string): string | undefined => word(key)?.value
  const list = (key: string): string[] => text(key)?.split(',').map(item => item.trim()).filter(Boolean) ?? []
  function attempt<T>(w: Word | undefined, parse: (value: string) => T): T | undefined {
    if (!w)
      return undefined
    try {
      return parse(w.value ?? '')
    }
    catch (error) {
      if (!w.quoted && RE_CUT.test(w.value ?? ''))
        report(w.offset, 'bad-value', `${w.key}: ${w.value} has no end: a value ends at the first space or }`, `Put it in quotes: ${w.key}="${w.key === 'mark' ? '' : 'match='}/…/".`)
      else
        report(w.offset, 'bad-value', `${w.key}: ${(error as Error).message}`)
      return undefined
    }
  }
  const all = <T>(key: string, parse: (value: string) => T): T[] =>
    info.words.slice(1).filter(w => w.key === key).map(w => attempt(w, parse)).filter(value => value !== undefined) as T[]
  const integer = (max: number) => (value: string): number => {
    if (!/^\d+$/.test(value) || Number(value) < 1 || Number(value) > max)
      throw new RangeError(`${value || 'nothing'} is no number from 1 to ${max}`)
    return Number(value)
  }
  const duration = (value: string): number => {
    const ms = parseDuration(value)
    if (!ms)
      throw new RangeError(`${value || 'nothing'} is no duration to wait for: write 500ms, 20s or 2m`)
    return ms
  }
  function choice<K extends keyof typeof CHOICES>(key: K, fallback: typeof CHOICES[K][number]): typeof CHOICES[K][number] {
    return attempt(word(key), (value) => {
      if (!(CHOICES[key] as readonly string[]).includes(value))
        throw new RangeError(`${value} is unknown. ${suggestion(value, CHOICES[key])}`)
      return value as typeof CHOICES[K][number]
    }) ?? fallback
  }

  const idWord = idOf(info)
  if (idWord && !RE_ID.test(idWord.value ?? ''))
    report(idWord.offset, 'bad-id', `id=${idWord.value ?? ''} is no id`, 'Lower-case letters, digits and hyphens, 63 at most, a letter or digit first.')
  if (!idWord)
    report(info.offset, 'no-id', 'the step has no id', 'Give it one: its recording is named by it.')
  for (const requirement of list('requires')) {
    if (!REQUIREMENTS.test(requirement))
      report(word('requires')!.offset, 'bad-value', `requires: ${requirement} is unknown`, 'Allowed: host, policy, etcd, overlay, vm, nodes:N.')
  }
  const out = text('out') ?? 'below'
  const until = all('until', parseCondition)
  const expect = all('expect', parseCondition)
  const exits = verb === 'run' || verb === 'exec' || (verb === 'container' && !until.length)
  if (exits && !expect.some(c => c.type === 'exit'))
    expect.unshift({ text: 'exit=0', type: 'exit', code: 0, not: false })
  if (verb === 'request' && !expect.some(c => c.type === 'status'))
    expect.unshift({ text: 'status<400', type: 'status', op: '<', code: 400 })
  if (verb === 'terminal' && !until.length)
    until.push({ text: 'settled=1s', type: 'settled', ms: 1000 })

  const lines = code.replace(/\n$/, '').split('\n')
  const step: Step = {
    id: idWord?.value ?? `slide${place.slide}-${place.ordinal}`,
    verb,
    runner: verb === 'exec' && text('in')?.startsWith('pod/') ? 'kubernetes' : table.runner,
    lang: info.lang,
    title: text('title'),
    code: lines.map(line => line.replace(RE_HIDDEN, '')).join('\n'),
    visible: lines.filter(line => !RE_HIDDEN.test(line)).join('\n'),
    hidden: lines.filter(line => RE_HIDDEN.test(line)).map(line => line.replace(RE_HIDDEN, '')),
    slide: place.slide,
    slides: [place.slide],
    file: place.file,
    line: place.line,
    column: place.column,
    needs: list('needs'),
    requires: list('requires'),
    timeoutMs: attempt(word('timeout'), duration) ?? parseDuration(settings.defaults.timeout ?? '') ?? table.timeoutMs,
    until,
    expect,
    on: choice('on', 'click'),
    extra: word('extra') !== undefined,
    out,
    rows: attempt(word('rows'), integer(200)) ?? settings.defaults.rows ?? 12,
    cols: attempt(word('cols'), integer(500)) ?? settings.defaults.cols ?? (out === 'right' ? 40 : 80),
    fallback: choice('fallback', settings.defaults.fallback ?? 'ask'),
    mark: all('mark', parseMark),
    print: attempt(word('print'), parseMoments) ?? [{ type: 'end' }],
    printText: text('print') ?? 'end',
    shell: text('shell') ?? 'main',
    in: text('in'),
    pull: word('pull') !== undefined,
    tag: text('tag'),
    context: text('context'),
    reset: word('reset') !== undefined,
    repeat: attempt(word('repeat'), integer(10_000)) ?? 1,
    rate: attempt(word('rate'), parseRate),
    by: attempt(word('by'), parseBy),
    remote: word('remote') !== undefined,
    files: place.files,
    codeFile: place.files[0],
    hash: '',
  }
  if (!step.code.trim())
    return step
  if (verb === 'container') {
    const parsed = parseContainer(step.code)
    if ('spec' in parsed)
      step.container = parsed.spec
    reportCode('mistakes' in parsed ? parsed.mistakes : [])
    const [port] = step.container?.ports ?? []
    const saysItsEnd = info.words.some(({ key, value }) => key === 'until' || (key === 'expect' && value?.startsWith('exit')))
    if (port && !saysItsEnd)
      report(info.offset, 'no-until', 'a container that publishes ports is waited for until it ends, as there is no until=', `Say when it is ready, as in until=http=200@http://${port.hostPort ? `127.0.0.1:${port.hostPort}` : `${step.id}:${port.containerPort}`}/ – or write expect=exit=0 if it does end.`)
  }
  if (verb === 'request') {
    const parsed = parseRequests(step.code)
    if ('requests' in parsed)
      step.requests = parsed.requests
    reportCode('mistakes' in parsed ? parsed.mistakes : [])
  }
  if (verb === 'apply')
    reportCode(manifestMistakes(step.code))
  return step
}

function verbOf(info: Info, report: FencePlace['report']): Verb | undefined {
  const first = info.words[0]
  if (first && first.value === undefined && (VERBS as readonly string[]).includes(first.key))
    return first.key as Verb
  const word = first?.key ?? ''
  const near = nearest(word, VERBS)
  report(first?.offset ?? info.offset, 'unknown-verb', `${word || 'nothing'} is no verb`, near ? `Did you mean ${near}?` : `Allowed: ${VERBS.join(', ')}.`)
  return undefined
}
