import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { Presenting } from '../../service/presenting.ts'
import type { Service } from '../../service/service.ts'
import type { SlidevServerOptions } from '../slidev/server.ts'
import process from 'node:process'
import { escapeDeceiving } from '../../deck/escape.ts'
import { parseDeck } from '../../deck/parse.ts'
import { setPresenting } from '../../service/presenting.ts'
import { resolveRemote } from '../../service/remote/addresses.ts'
import { createService } from '../../service/service.ts'
import { addressOf } from '../../service/store/address.ts'
import { keepTalk, readTalk, stepsToResume } from '../../service/store/talk.ts'
import { privateDirOf } from '../../service/sweep/folders.ts'
import { createAuthor } from '../edit/author.ts'
import { watchEdited } from '../edit/watch.ts'
import { withContext } from '../io/context.ts'
import { say, showBox } from '../io/say.ts'
import { pathOf } from '../io/tell.ts'
import { askTrust } from '../io/trust.ts'
import { keepAwake, openBrowser } from '../process/desktop.ts'
import { untilEnd } from '../process/ending.ts'
import { choosePort } from '../process/port.ts'
import { serveViewers, tellViewers } from '../remote/viewers.ts'
import { addonProblem, checkProject } from '../slidev/package-json.ts'
import { checkPresentable } from '../slidev/presentable.ts'
import { serveSlidev } from '../slidev/server.ts'
import { checkSlidevWrites } from '../slidev/writable.ts'
import { readyBuild } from '../stage/ready.ts'
import { serveBuild } from '../stage/serving.ts'
import { sweepEarlier, tellEnd } from './sweep.ts'

export interface PresentOptions {
  deck: string
  mode?: 'auto' | 'live' | 'replay'
  /** @default the deck's own */
  port?: number
  open?: boolean
  trust?: boolean
  /** What its author saves is taken over, and Slidev's side editor may write to it. */
  edit?: boolean
  /** The Kubernetes context for the steps. @default the one that is found */
  context?: string
  /** Shows the clock in every window. */
  rehearsing?: boolean
  /** Goes on at the slide where a talk of this deck was cut off, and runs again what is needed from there. */
  resume?: boolean
  /** Serves the audience's own devices too: at this `ADDRESS:PORT`, or at all private addresses where it is empty. */
  remote?: string
  /** Where the address is written. @default standard output */
  addressTo?: NodeJS.WriteStream
}

/** A deck being presented; `close` ends it and removes what it created. */
export interface Presentation {
  url: string
  service: Service
  /** What the audience's own devices open, once that can be opened; undefined where they are not served. */
  remote?: Promise<string[]>
  /** False where something may be left. */
  close: () => Promise<boolean>
}

/** Serves the deck with its service and returns once a browser can open `url`. */
export async function startPresentation(options: PresentOptions): Promise<Presentation> {
  const deck = withContext(await parseDeck(options.deck), options.context)
  const mode = options.mode ?? deck.settings.mode
  const place = options.remote === undefined ? undefined : resolveRemote(options.remote)
  checkProject(deck)
  await checkPresentable(deck)
  if (options.edit)
    checkSlidevWrites(deck, { serves: true })
  const unnamed = await addonProblem(deck)
  tellProblems(deck, [...deck.problems, ...unnamed ? [unnamed] : []])
  const live = mode !== 'replay' && await mayPresentLive(deck, options)
  const sweeping = live ? sweepEarlier(deck) : undefined
  // Its plugins are code of the deck: what may run is asked before.
  const build = options.edit ? undefined : await readyBuild(deck)
  tellProblems(deck, build?.broken ?? [])
  const address = addressOf(deck.file, process.env)
  const service = await createService({ deck, mode, live, edit: options.edit, token: address?.token })
  const author = options.edit ? createAuthor(service.session, say) : undefined
  try {
    const port = await choosePort(deck, options.port, address?.port)
    const server = build
      ? await serveBuild({ build, service, port, live, rehearsing: options.rehearsing, trust: options.trust, context: options.context })
      : await serveEdited({ service, author }, { entry: deck.file, port, portAsked: options.port !== undefined })
    const unwatch = author && await watchEdited(service.session, author)
    await sweeping
    const slide = options.resume ? resume(service) : undefined
    const endTalk = keepTalk(service.session, process.env)
    const viewers = place && serveViewers(service.session, place)
    return {
      // `localhost` may be ::1, where another user of the machine can listen on the same port.
      url: `http://127.0.0.1:${server.port}/${slide ?? ''}#t=${service.token}`,
      service,
      remote: viewers?.opened,
      async close() {
        unwatch?.()
        endTalk()
        await viewers?.close()
        const [clean] = await Promise.allSettled([service.close(), server.close()])
        return clean.status === 'fulfilled' && clean.value
      },
    }
  }
  catch (error) {
    await service.close()
    throw error
  }
}

/** A server of a talk. */
interface Server { port: number, close: () => Promise<void> }

/** Slidev's dev server, whose plugins attach to the session. */
async function serveEdited(presenting: Presenting, options: SlidevServerOptions): Promise<Server> {
  setPresenting(presenting)
  return serveSlidev(options)
}

/** Starts what the talk that was cut off had run and still needs; returns its slide. */
function resume({ session }: Service): number | undefined {
  const talk = readTalk(session.deck.file, process.env)
  if (!talk) {
    say.info(`No talk of ${session.deck.name}.md was cut off: it starts at its beginning.`)
    return undefined
  }
  session.pace.show(talk.slide)
  const steps = stepsToResume(session.deck, talk)
  steps.forEach(id => session.start(id))
  say.info(`The talk goes on at slide ${talk.slide}.${steps.length ? ` Run again: ${steps.join(', ')}.` : ''}`)
  return talk.slide
}

/** Asked before Slidev is loaded: its plugins and the deck's are code. */
async function mayPresentLive(deck: Deck, options: PresentOptions): Promise<boolean> {
  const trust = await askTrust(deck, { trust: options.trust, no: 'No, play its recordings' })
  if (trust === 'unasked')
    say.warn(`${deck.name}.md is not approved, and there is no terminal to ask at: it is replayed. To run its steps: --trust`)
  if (trust === 'declined')
    say.info('The deck is replayed.')
  return trust === 'trusted'
}

/** `kamishibai present`: serves until Ctrl-C, the terminal's end or an error; resolves with the exit code. */
export async function present(options: PresentOptions): Promise<number> {
  return untilOver(await startPresentation(options), options)
}

/** Opens the browser, and cleans up when the talk is over; resolves with the exit code. */
export async function untilOver(presentation: Presentation, options: PresentOptions): Promise<number> {
  const { service, url } = presentation
  // Before the words that name Ctrl-C.
  const letSleep = keepAwake()
  const replays = service.session.mode === 'replay'
  const andRemoves = replays ? '' : ' and removes what it created'
  // A rehearsal ends with its report, and takes nothing away from anybody.
  const ended = untilEnd(() => !options.rehearsing && !options.edit && service.session.runs.length > 0, andRemoves)
  for (const runner of service.session.runners)
    say.info(`${runner.name}: ${runner.mode === 'live' ? `live (${runner.version})` : `plays recordings: ${runner.reason}`}`)
  showBox(`${url}\n\nThis address ${replays ? 'leads the talk, which plays recordings' : 'may run the steps of the deck'}: keep it to yourself.\nPresenter view: ${url.replace(/\/(\d*)#/, (_, slide: string) => `/presenter/${slide || 1}#`)}\nCtrl-C ends the ${options.rehearsing ? 'rehearsal' : options.edit ? 'session' : 'talk'}${andRemoves}.`, options.addressTo)
  if (presentation.remote)
    tellViewers(presentation.remote)
  if (options.open !== false)
    await openBrowser(url, privateDirOf(service.session.id))
  const code = await ended
  letSleep()
  say.step('Cleaning up …')
  const clean = await presentation.close()
  tellEnd(clean)
  if (clean)
    say.success('Nothing is left behind.')
  return code
}

function tellProblems(deck: Deck, problems: Problem[]): void {
  for (const { severity, file, line, column, message, hint = '' } of problems)
    say[severity === 'error' ? 'error' : 'warn'](escapeDeceiving(`${pathOf(deck, file)}:${line}:${column} ${message}. ${hint}`.trim()))
}
