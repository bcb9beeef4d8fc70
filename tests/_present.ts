import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { spawn as spawnPty } from '@lydell/node-pty'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { SOCKET_PATH, SUBPROTOCOL, TOKEN_PREFIX } from '../runners/protocol/wire.ts'

const ROOT = resolve(import.meta.dirname, '..')
const BIN = join(ROOT, 'runners/cli/bin.mjs')

/** A deck in a folder of its own, gone with the test; `files` lie beside `deck.md`. */
export async function deckOf(steps: string, files: Record<string, string> = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-deck-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const headmatter = `---\ntheme: none\naddons: ['${ROOT}']\ntitle: Test\nfavicon: ''\nmcp: false\nfonts: {provider: none}\n---\n\n# Test\n\n`
  for (const [name, text] of Object.entries({ ...files, 'deck.md': headmatter + steps })) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  return join(dir, 'deck.md')
}

/** A command of ours in a process of its own. */
export interface Command {
  pid: number
  /** What it has written so far. */
  output: () => string
  /** Resolves when its output matches. */
  shown: (pattern: RegExp) => Promise<RegExpExecArray>
  signal: (name: NodeJS.Signals) => void
  /** Types into its terminal. */
  type: (text: string) => void
  /** Closes its terminal. */
  hangUp: () => void
  /** Its exit code, or the name of the signal that killed it. */
  ended: Promise<number | string>
}

export interface CommandOptions {
  /** In a terminal, or with its output in a pipe and no input. @default false */
  terminal?: boolean
  env?: Record<string, string | undefined>
  /** @default the command line of this repository */
  program?: string[]
}

/** Starts `kamishibai ARGS`; it is killed at the end of the test if it still runs. */
export function kamishibai(
  args: string[],
  { terminal = false, env = {}, program = [process.execPath, BIN] }: CommandOptions = {},
): Command {
  const command = terminal ? inTerminal([...program, ...args], env) : inPipes([...program, ...args], env)
  onTestFinished(async () => {
    command.signal('SIGKILL')
    await command.ended
  })
  return command
}

type Env = Record<string, string | undefined>

/**
 * Our environment without what tells a program that it runs in a test, for it would then write less, and without
 * colours.
 */
function plainEnvironment(env: Env): Env {
  const { VITEST: _, NODE_ENV: __, TEST: ___, FORCE_COLOR: ____, ...rest } = process.env
  return { ...rest, NO_COLOR: '1', ...env }
}

function inPipes([file, ...args]: string[], env: Env): Command {
  const child = spawn(file!, args, { cwd: ROOT, env: plainEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collect()
  child.stdout.setEncoding('utf8').on('data', output.add)
  child.stderr.setEncoding('utf8').on('data', output.add)
  const nothing = (): never => {
    throw new Error('it has no terminal')
  }
  const ended = new Promise<number | string>(resolve => child.on('exit', (code, signal) => resolve(code ?? signal!)))
  return {
    pid: child.pid!,
    output: output.text,
    shown: output.shown,
    signal: name => void child.kill(name),
    type: nothing,
    hangUp: nothing,
    ended,
  }
}

function inTerminal([file, ...args]: string[], env: Env): Command {
  const program = spawnPty(file!, args, { cols: 120, rows: 40, cwd: ROOT, env: plainEnvironment(env) })
  const output = collect()
  program.onData(output.add)
  const ended = new Promise<number | string>(resolve => program.onExit(({ exitCode, signal }) => resolve(signal ? `signal ${signal}` : exitCode)))
  return {
    pid: program.pid,
    output: output.text,
    shown: output.shown,
    signal: name => program.kill(name),
    type: text => program.write(text),
    // The last one who holds its other side goes.
    hangUp: () => (program as unknown as { _socket: { destroy: () => void } })._socket.destroy(),
    ended,
  }
}

function collect(): { add: (text: string) => void, text: () => string, shown: Command['shown'] } {
  let all = ''
  const waiting = new Set<() => void>()
  return {
    add(text) {
      all += text
      waiting.forEach(look => look())
    },
    text: () => all,
    shown: pattern => new Promise((resolve) => {
      const look = (): void => {
        const found = pattern.exec(all)
        if (!found)
          return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    }),
  }
}

/** What a browser does on the address that `present` printed. */
export interface Driver {
  origin: string
  session: string
  /** Starts a step and resolves when its run has come to one of the phases. */
  run: (step: string, ...phases: string[]) => Promise<string>
  /** Shows a slide; resolves when the service knows. */
  show: (slide: number) => Promise<void>
}

interface Message {
  type: string
  slide: number
  session: string
  run: number | { n: number, step: string }
  state: { phase: string }
  payload: { type: string, phase: string }
}

/** Connects to a presentation as its page does. */
export async function drive(command: Command): Promise<Driver> {
  const [, origin, token] = await command.shown(/(http:\/\/127\.0\.0\.1:\d+)\/\d*#t=([\w-]+)/)
  const socket = new WebSocket(origin!.replace('http', 'ws') + SOCKET_PATH, [SUBPROTOCOL, TOKEN_PREFIX + token], { origin })
  onTestFinished(() => socket.terminate())
  const steps = new Map<number, string>()
  const phases = new Map<string, string>()
  let shown: number | undefined
  const waiting = new Set<() => void>()
  const session = Promise.withResolvers<string>()
  socket.on('error', session.reject)
  socket.on('open', () => socket.send(JSON.stringify({ type: 'hello' })))
  socket.on('message', (data: Buffer, binary) => {
    if (binary)
      return
    const message = JSON.parse(data.toString()) as Message
    if (message.type === 'pace')
      shown = message.slide
    if (message.type === 'session')
      session.resolve(message.session)
    if (message.type === 'snapshot' && typeof message.run === 'object') {
      steps.set(message.run.n, message.run.step)
      phases.set(message.run.step, message.state.phase)
    }
    if (message.type === 'event' && typeof message.run === 'number' && message.payload.type === 'phase')
      phases.set(steps.get(message.run)!, message.payload.phase)
    waiting.forEach(look => look())
  })
  return {
    origin: origin!,
    session: await session.promise,
    run(step, ...wanted) {
      socket.send(JSON.stringify({ type: 'run', step }))
      return until(() => {
        const phase = phases.get(step)
        return phase && wanted.includes(phase) ? phase : undefined
      })
    },
    async show(slide) {
      socket.send(JSON.stringify({ type: 'slide', no: slide }))
      await until(() => shown === slide || undefined)
    },
  }

  /** Resolves with what `look` gives, once it gives something. */
  function until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = look()
        if (found === undefined)
          return
        waiting.delete(check)
        resolve(found)
      }
      waiting.add(check)
      check()
    })
  }
}
