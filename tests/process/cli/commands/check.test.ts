import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unrecorded } from '../../../../runners/cli/check/recorded.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { readAll } from '../../../../runners/service/doctor/deck.ts'
import { kamishibai, kamishibaiIn, ROOT } from '../../../_cli.ts'

let dir: string
/** A copy of the tour that tests may damage. */
let tour: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-check-'))
  tour = join(dir, 'tour.md')
  await cp(join(ROOT, 'slides/tour.md'), tour)
  await cp(join(ROOT, 'slides/demo'), join(dir, 'demo'), { recursive: true })
  await cp(join(ROOT, 'slides/recordings/tour'), join(dir, 'recordings/tour'), { recursive: true })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('check', () => {
  it('reports as JSON and nothing else', async () => {
    const { code, out } = await kamishibai('check', tour, '--reporter', 'json')
    const report = JSON.parse(out) as { steps: object[] }
    expect(report).toMatchObject({ deck: 'tour', mode: 'replay', ok: true })
    expect(report.steps[0]).toMatchObject({ id: 'hello', slide: 1, ok: true, phase: 'exited', durationMs: expect.any(Number) as number, expectations: [{ text: 'exit=0', ok: true }], recording: { at: expect.any(String) as string, fresh: true } })
    expect(code).toBe(0)
  })

  it('fails on missing, stale and damaged recordings, each with what to do', async () => {
    const folder = join(dir, 'recordings/tour')
    const edit = async (name: string, from: string | RegExp, to: string): Promise<void> => writeFile(join(folder, name), (await readFile(join(folder, name), 'utf8')).replace(from, to))
    await rm(join(folder, 'hello.cast'))
    await rm(join(folder, 'hello.events.jsonl'))
    await edit('count.cast', /"hash":"[^"]*"/, '"hash":"0000000000000000"')
    await edit('recall.cast', /^.*\n/, 'no cast\n')
    const { code, out } = await kamishibai('check', tour, '--reporter', 'json')
    const report = JSON.parse(out) as {
      ok: boolean
      steps: { id: string, ok: boolean, error?: { code: string, hint: string } }[]
    }
    expect(report.ok).toBe(false)
    expect(report.steps.filter(step => !step.ok).map(({ id, error }) => [id, error!.code])).toEqual([['hello', 'no-recording'], ['recall', 'recording-damaged'], ['count', 'recording-stale']])
    expect(report.steps.every(step => step.ok || step.error!.hint.includes('record'))).toBe(true)
    expect(code).toBe(1)
  })
})

describe('a recording that cannot be read', () => {
  const DECK = '---\naddons: [kamishibai]\n---\n\n# T\n\n```sh {run id=a}\ntrue\n```\n'

  /** A deck of its own whose step `a` has a recording. */
  async function recorded(): Promise<{ folder: string, cast: string, events: string }> {
    const folder = await mkdtemp(join(dir, 'damaged-'))
    await writeFile(join(folder, 'deck.md'), DECK)
    expect(await kamishibaiIn({ cwd: folder }, 'record', 'deck.md', '--trust')).toMatchObject({ code: 0 })
    return { folder, cast: join(folder, 'recordings/deck/a.cast'), events: join(folder, 'recordings/deck/a.events.jsonl') }
  }

  it('is told with its file, its deck and its step', async () => {
    const { folder, cast } = await recorded()
    const whole = await readFile(cast, 'utf8')
    await writeFile(cast, `${whole}[0.1, "o", "x`)
    const { code, out } = await kamishibaiIn({ cwd: folder }, 'check', 'deck.md')
    expect(out).toMatch(/recordings\/deck\/a\.cast, line \d+: it is cut short or damaged\. Record the step again: kamishibai record deck\.md --only a\n/)
    expect(code).toBe(1)
    for (const [text, why] of [['', 'line 1: it is empty'], ['\u0000\u0001PNG', 'line 1: it is cut short or damaged'], [whole.replace('"version":3', '"version":9'), 'made by a newer program']] as const) {
      await writeFile(cast, text)
      const deck = await parseDeck(join(folder, 'deck.md'))
      const [title, line, again] = unrecorded(deck, await readAll(deck))
      expect(title).toContain('their recordings are damaged')
      expect(line).toMatch(/^ {2}a: \S+recordings\/deck\/a\.cast, line 1: /)
      expect(line).toContain(why)
      expect(again).toMatch(/^Record them again: kamishibai record \S+deck\.md"? --only a$/)
    }
  })

  it.each(['cast', 'events'] as const)('is no whole one without its %s', async (half) => {
    const files = await recorded()
    await rm(files[half])
    const { code, out } = await kamishibaiIn({ cwd: files.folder }, 'check', 'deck.md')
    expect(out).toContain(`half of the recording is missing: there is no ${relative(files.folder, files[half])}. Record the step again: kamishibai record deck.md --only a`)
    expect(code).toBe(1)
  })
})

describe('check of what needs no engine', () => {
  async function deckOf(body: string): Promise<string> {
    const deck = join(await mkdtemp(join(dir, 'deck-')), 'deck.md')
    await writeFile(deck, body)
    return deck
  }

  it('warns of a step without id, and fails only for its recording', async () => {
    const { out } = await kamishibai('check', await deckOf('---\naddons: [kamishibai]\n---\n\n# T\n\n```sh {run}\ntrue\n```\n'), '--reporter', 'json')
    expect(JSON.parse(out)).toMatchObject({ ok: false, problems: [{ severity: 'warning', file: 'deck.md', line: 7, column: 7, code: 'no-id' }], steps: [{ id: 'slide1-1', error: { code: 'no-recording' } }] })
  })

  it('names the place of a mistake as the working directory has it', async () => {
    const deck = await deckOf('# T\n\n```sh {run id=b timeout=soon}\ntrue\n```\n')
    const [folder, above] = [dirname(deck), dirname(dirname(deck))]
    for (const command of ['check', 'plan']) {
      const { out, err } = await kamishibaiIn({ cwd: above }, command, relative(above, deck))
      expect(`\n${out}${err}`).toContain(`\n${relative(above, deck)}:3:17  error: timeout: soon is no duration`)
    }
    expect((await kamishibaiIn({ cwd: folder }, 'check', 'deck.md')).out).toMatch(/^deck\.md:3:17 {2}error: /)
  })

  it('reports as JUnit: a case a step, and the deck\'s mistakes', async () => {
    const deck = await deckOf('# T\n\n```sh {run id=a}\ntrue\n```\n\n```sh {run id=b timeout="<&soon"}\ntrue\n```\n\n```sh {run}\ntrue\n```\n')
    const { code, out } = await kamishibai('check', deck, '--reporter', 'junit')
    const path = relative(ROOT, deck)
    expect(code).toBe(1)
    expect(out).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="kamishibai check" tests="3" failures="3" skipped="0" errors="0"/)
    expect(out).toContain('<testcase name="a" classname="deck.replay" time="0.000"><failure type="no-recording" message="the step a has no recording. Record it: kamishibai record')
    expect(out).toMatch(/Record it: kamishibai record \S*deck\.md --only a"><\/failure><\/testcase>/)
    expect(out).toContain(`<testcase name="deck.md:7:17" classname="deck.replay" time="0.000" file="${path}"><failure type="bad-value" message="timeout: &lt;&amp;soon is no duration`)
    expect(out).toContain(`<system-out>${path}:11:7  warning: the step has no id`)
    expect(new Set(out.match(/<\/?[a-z-]+/g))).toEqual(new Set(['<testsuites', '<testsuite', '<testcase', '<failure', '</failure', '</testcase', '<system-out', '</system-out', '</testsuite', '</testsuites']))
  })
})
