import type { Payload } from '../../../runners/protocol/event.ts'
import type { Recording } from '../../../runners/protocol/recording.ts'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import process from 'node:process'
import { spawn } from '@lydell/node-pty'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatRecording } from '../../../runners/protocol/format-recording.ts'
import { parseRecording } from '../../../runners/protocol/parse-recording.ts'
import { createScreen, drawLog } from '../../../runners/protocol/screen.ts'
import { logOf, output, recordingOf } from '../../_recordings.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

/** Stock asciinema 3, on the path or where `.ci/run` installs it; undefined where there is none. */
function findAsciinema(): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kamishibai/asciinema/bin')
  return [...(process.env.PATH ?? '').split(delimiter), cache].map(folder => join(folder, 'asciinema'))
    .find(path => existsSync(path) && / 3\./.test(execFileSync(path, ['--version'], { encoding: 'utf8' })))
}

const asciinema = findAsciinema()
if (!asciinema) {
  const reason = 'asciinema 3 is not installed: cargo install asciinema --locked'
  if (process.env.CI === 'true')
    throw new Error(`${reason}; under CI nothing is skipped`)
  console.log(`asciinema: skipped, ${reason}`)
}

/**
 * What a terminal has trouble with: wide and split characters, wrapped and scrolled lines, colours, a new size,
 * redraws.
 */
const HARD: [number, Payload][] = [
  [0, { type: 'phase', phase: 'running' }],
  [1, output(`\x1B[1;31mred\x1B[0m 日本語 ${'x'.repeat(50)}\r\n`)],
  [2, output('half a bird: \uD83D')],
  [3, output('\uDC26\r\n')],
  [4, { type: 'marker', label: 'scroll' }],
  [5, output(Array.from({ length: 12 }, (_, i) => `line ${i}\r\n`).join(''))],
  [6, output('50 %\r100 %\r\ntab\tstop\r\n\x1B]8;;\x1B\\')],
  [9, { type: 'resize', cols: 60, rows: 8 }],
  [10, output('wider\r\nup\x1B[A\x1B[2Kover\r\n\n')],
  [20, { type: 'exit', code: 0 }],
]

/** Blanks that a program wrote at the end of a line are not to be seen, and asciinema drops them. */
function withoutEnds(text: string): string {
  return text.replaceAll(/ +$/gm, '').trimEnd()
}

describe.skipIf(!asciinema)('stock asciinema', { timeout: 60_000 }, () => {
  let dir: string
  let hard: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kamishibai-asciinema-'))
    hard = join(dir, 'hard.cast')
    const text = formatRecording(recordingOf(logOf(HARD)))
    await writeFile(hard, text.cast)
    await writeFile(hard.replace('.cast', '.events.jsonl'), text.events)
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  const committed = globSync('{slides,tests/fixtures/decks}/recordings/*/*.cast', { cwd: ROOT }).map(path => join(ROOT, path))
  const casts = (): string[] => [...committed, hard]

  async function read(cast: string): Promise<Recording> {
    return parseRecording(await readFile(cast, 'utf8'), await readFile(cast.replace('.cast', '.events.jsonl'), 'utf8'))
  }

  async function ownText(recording: Recording): Promise<string> {
    const screen = await drawLog(recording)
    const text = screen.text()
    screen.dispose()
    return text
  }

  async function convert(cast: string, format: string): Promise<string> {
    const to = join(dir, 'converted')
    execFileSync(asciinema!, ['convert', '--quiet', '--overwrite', '--output-format', format, cast, to])
    return readFile(to, 'utf8')
  }

  it('finds recordings to read', () => expect(committed.length).toBeGreaterThan(10))

  it('reads every recording as the text that our own fold gives', async () => {
    for (const cast of casts())
      expect(withoutEnds(await convert(cast, 'txt')), cast).toBe(withoutEnds(await ownText(await read(cast))))
  })

  it('converts every recording to asciicast 2, event by event', async () => {
    for (const cast of casts()) {
      const { cols, rows, events } = await read(cast)
      const [header, ...lines] = (await convert(cast, 'asciicast-v2')).trimEnd().split('\n').map(line => JSON.parse(line) as unknown)
      expect(header).toMatchObject({ version: 2, width: cols, height: rows })
      const own = events.flatMap((event): [number, string, string][] => {
        switch (event.type) {
          case 'output': return [[event.at / 1000, 'o', event.data]]
          case 'resize': return [[event.at / 1000, 'r', `${event.cols}x${event.rows}`]]
          case 'marker': return [[event.at / 1000, 'm', event.label]]
          default: return []
        }
      })
      const theirs = (lines as [number, string, string][]).filter(([, code]) => code !== 'x')
      expect(
        theirs.map(([at, code, data]) => [at.toFixed(3), code, data]),
        cast,
      ).toEqual(own.map(([at, code, data]) => [at.toFixed(3), code, data]))
    }
  })

  it('plays a recording in a terminal to the same final screen', async () => {
    for (const cast of [join(ROOT, 'slides/recordings/tour/hello.cast'), join(ROOT, 'slides/recordings/seminar/ten.cast')]) {
      const recording = await read(cast)
      const screen = createScreen(recording)
      const player = spawn(asciinema!, ['play', '--quiet', '--speed', '100', cast], { cols: recording.cols, rows: recording.rows, env: { ...process.env, TERM: 'xterm-256color', ASCIINEMA_CONFIG_HOME: dir } as Record<string, string> })
      player.onData(data => screen.write(data))
      const { exitCode } = await new Promise<{ exitCode: number }>(resolve => player.onExit(resolve))
      expect(exitCode).toBe(0)
      await screen.settled()
      expect(screen.text()).toBe(await ownText(recording))
      screen.dispose()
    }
  })
})
