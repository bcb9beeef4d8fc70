import type { Settings } from '../protocol/headmatter.ts'
import type { Step, Verb } from '../protocol/step.ts'
import type { Info, Word } from './info.ts'
import type { Options, Report } from './options.ts'
import { parseDuration } from '../protocol/headmatter.ts'
import { isShell } from '../protocol/program.ts'
import { VERBS } from '../protocol/step.ts'
import { nearest } from '../protocol/suggest.ts'
import { checkOptions } from './check-options.ts'
import { withDefaults } from './conditions.ts'
import { readContent } from './formats/content.ts'
import { hashOf } from './hash.ts'
import { readOptions } from './options.ts'
import { readFiles, usedFiles } from './used-files.ts'
import { VERB_TABLE } from './verbs.ts'

/** Where a fence stands, and how to report on it. */
export interface FencePlace {
  /** The deck's folder. */
  dir: string
  slide: number
  ordinal: number
  file: string
  line: number
  column: number
  files: string[]
  /** The line at which the code begins in the file that holds it, if it is not this one. @default 1 */
  codeLine?: number
  report: Report
  /** `line` and `column` from 1 within the code. */
  reportCode: (line: number, column: number, message: string, hint?: string) => void
}

/** What begins a hidden line: in a language that a shell does not run, its own comments may. */
const RE_HIDDEN = { shell: /^# hidden: ?/, other: /^(?:#|\/\/) hidden: ?/ }
const RE_ID = /^[a-z0-9][a-z0-9-]{0,62}$/
const REQUIREMENTS = /^(?:host|policy|etcd|overlay|vm|nodes:\d+)$/

/** The id that a fence gives itself, even if it is faulty otherwise. */
export function idOf(info: Info): Word | undefined {
  return info.words.find(word => word.key === 'id')
}

/**
 * The step of a fence with the files that it uses, and with all its mistakes reported: what is wrong has its default.
 * Undefined where the verb is none.
 */
export function toStep(info: Info, code: string, settings: Settings, place: FencePlace): Step | undefined {
  const { report } = place
  if (!info.closed)
    report(info.offset, 'unclosed-brace', 'the brace is not closed, or a value has a quote that is not', 'Write {verb key=value}.')
  const verb = verbOf(info, report)
  if (!verb)
    return undefined
  checkFence(info, verb, settings, report)
  const options = readOptions(info.words.slice(1), report)
  const step: Step = {
    id: readId(info, place),
    verb,
    lang: info.lang,
    ...placeOf(place),
    ...linesOf(code, verb === 'run' && !isShell(info.lang) ? RE_HIDDEN.other : RE_HIDDEN.shell),
    ...judgementOf(verb, options, report),
    ...showingOf(options, settings),
    ...runOf(verb, options, settings),
    ...verb === 'run' && settings.run[info.lang] && { command: settings.run[info.lang] },
    hash: '',
  }
  for (const { line, column, message, hint } of readContent(step))
    place.reportCode(line, column, message, hint)
  checkUntil(info, step, report)
  return withFiles(step, code, place.dir)
}

/** The step with the files that it uses, and the hash that covers them. */
function withFiles(step: Step, code: string, dir: string): Step {
  const used = usedFiles(step, dir)
  step.files = [...new Set([...step.files, ...used])]
  step.hash = hashOf(step, [code, ...readFiles(used, dir)])
  return step
}

function verbOf(info: Info, report: Report): Verb | undefined {
  const first = info.words[0]
  if (first && first.value === undefined && (VERBS as readonly string[]).includes(first.key))
    return first.key as Verb
  const word = first?.key ?? ''
  const near = nearest(word, VERBS)
  report(first?.offset ?? info.offset, 'unknown-verb', `${word || 'nothing'} is no verb`, near ? `Did you mean ${near}?` : `Allowed: ${VERBS.join(', ')}.`)
  return undefined
}

function checkFence({ closed, lang, offset, words }: Info, verb: Verb, { run }: Settings, report: Report): void {
  const languages = [...new Set([...VERB_TABLE[verb].languages, ...verb === 'run' ? Object.keys(run) : []])]
  if (!languages.includes(lang)) {
    const more = verb === 'run' && lang ? ` Others by run: { ${lang}: COMMAND } under kamishibai: in the headmatter.` : ''
    report(0, 'bad-language', `{${verb}} does not go with ${lang || 'no language'}`, `Allowed: ${languages.join(', ')}.${more}`)
  }
  const keepGoing = words.find(({ key }) => key === 'keep-going')
  if (keepGoing && verb === 'run' && !isShell(lang))
    report(keepGoing.offset, 'bad-option', `keep-going is for blocks of a shell, and not for ${lang}`, 'Leave it out.')
  // Behind a quote that is not closed words are none.
  if (closed)
    checkOptions(words.slice(1), verb, offset, report)
}

/** The fence's own id, or one by its place. */
function readId(info: Info, { slide, ordinal, report }: FencePlace): string {
  const word = idOf(info)
  if (!word)
    report(info.offset, 'no-id', 'the step has no id', 'Give it one: its recording is named by it.')
  else if (!RE_ID.test(word.value ?? ''))
    report(word.offset, 'bad-id', `id=${word.value ?? ''} is no id`, 'Lower-case letters, digits and hyphens, 63 at most, a letter or digit first.')
  return word?.value ?? `slide${slide}-${ordinal}`
}

function placeOf(
  { slide, file, line, column, files, codeLine = 1 }: FencePlace,
): Pick<Step, 'slide' | 'slides' | 'file' | 'line' | 'column' | 'files' | 'codeFile' | 'codeLine'> {
  const [codeFile] = files
  return { slide, slides: [slide], file, line, column, files, codeFile, ...codeFile && codeLine > 1 && { codeLine } }
}

function linesOf(code: string, hidden: RegExp): Pick<Step, 'code' | 'visible' | 'hidden'> {
  const lines = code.replace(/\n$/, '').split('\n')
  const shown = (line: string): string => line.replace(hidden, '')
  return {
    code: lines.map(shown).join('\n'),
    visible: lines.filter(line => !hidden.test(line)).join('\n'),
    hidden: lines.filter(line => hidden.test(line)).map(shown),
  }
}

/** What the step needs, and by what its run is judged. */
function judgementOf(verb: Verb, options: Options, report: Report): Pick<Step, 'needs' | 'requires' | 'until' | 'expect'> {
  const requires = options.list('requires')
  for (const requirement of requires) {
    if (!REQUIREMENTS.test(requirement))
      report(options.word('requires')!.offset, 'bad-value', `requires: ${requirement} is unknown`, 'Allowed: host, policy, etcd, overlay, vm, nodes:N.')
  }
  return { needs: options.list('needs'), requires, ...withDefaults(verb, options.values('until'), options.values('expect')) }
}

/** When the step starts, and how slides and paper show it. */
function showingOf(options: Options, { defaults }: Settings): Pick<Step, 'title' | 'on' | 'extra' | 'out' | 'rows' | 'cols' | 'fallback' | 'mark' | 'print' | 'printText' | 'remote'> {
  const out = options.text('out') ?? 'below'
  return {
    title: options.text('title'),
    on: options.value('on') ?? 'click',
    extra: options.has('extra'),
    out,
    rows: options.value('rows') ?? defaults.rows ?? 12,
    cols: options.value('cols') ?? defaults.cols ?? (out === 'right' ? 40 : 80),
    fallback: options.value('fallback') ?? defaults.fallback ?? 'ask',
    mark: options.values('mark'),
    print: options.value('print') ?? [{ type: 'end' }],
    printText: options.text('print') ?? 'end',
    remote: options.has('remote'),
  }
}

/** What executes the step, for how long, and the options of single verbs. */
function runOf(verb: Verb, options: Options, { defaults }: Settings): Pick<Step, 'runner' | 'timeoutMs' | 'shell' | 'in' | 'pull' | 'tag' | 'context' | 'reset' | 'repeat' | 'rate' | 'by' | 'keepGoing' | 'enter'> {
  const { runner, timeoutMs } = VERB_TABLE[verb]
  return {
    runner: verb === 'exec' && options.text('in')?.startsWith('pod/') ? 'kubernetes' : runner,
    timeoutMs: options.value('timeout') ?? parseDuration(defaults.timeout ?? '') ?? timeoutMs,
    shell: options.text('shell') ?? 'main',
    in: options.text('in'),
    pull: options.has('pull'),
    tag: options.text('tag'),
    context: options.text('context'),
    reset: options.has('reset'),
    repeat: options.value('repeat') ?? 1,
    rate: options.value('rate'),
    by: options.value('by'),
    ...options.has('keep-going') && { keepGoing: true },
    ...options.value('enter') === 'no' && { enter: false },
  }
}

/** A container that publishes ports and says nothing of its end would be waited for in vain. */
function checkUntil(info: Info, { id, container }: Step, report: Report): void {
  const [port] = container?.ports ?? []
  if (!port || info.words.some(({ key, value }) => key === 'until' || (key === 'expect' && value?.startsWith('exit'))))
    return
  const address = port.hostPort ? `127.0.0.1:${port.hostPort}` : `${id}:${port.containerPort}`
  report(
    info.offset,
    'no-until',
    'a container that publishes ports is waited for until it ends, as there is no until=',
    `Say when it is ready, as in until=http=200@http://${address}/ – or write expect=exit=0 if it does end.`,
  )
}
