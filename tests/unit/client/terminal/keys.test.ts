import type { Key } from '../../../../client/terminal/keys.ts'
import { Terminal } from '@xterm/headless/lib-headless/xterm-headless.mjs'
import { describe, expect, it } from 'vitest'
import { createClientRun } from '../../../../client/session/clientRun.ts'
import { cleanPaste, createKeyJudge } from '../../../../client/terminal/keys.ts'
import { sizeOf, swallowQueries } from '../../../../client/terminal/xterm.ts'

const key = (name: string, options: Partial<Key> = {}): Key => ({ type: 'keydown', key: name, ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, repeat: false, ...options })

describe('the keys of a terminal', () => {
  it('are the clicker\'s unless the terminal was entered with a key', () => {
    for (const name of ['PageUp', 'PageDown', 'b', '.']) {
      expect(createKeyJudge({ byKey: () => false, selected: () => false })(key(name))).toBe('slides')
      expect(createKeyJudge({ byKey: () => true, selected: () => false })(key(name))).toBe('program')
      expect(createKeyJudge({ byKey: () => false, selected: () => false })(key(name, { ctrlKey: true }))).toBe('program')
    }
  })

  it('are given back by Escape twice within half a second', () => {
    let now = 0
    const judge = createKeyJudge({ byKey: () => true, selected: () => false, now: () => now })
    const press = (at: number): string => {
      now = at
      judge(key('Escape', { type: 'keyup' }))
      return judge(key('Escape'))
    }
    expect([1000, 2000, 2400, 2500, 3200].map(press)).toEqual(['program', 'program', 'leave', 'program', 'program'])
  })

  it('copy only what is selected, and Ctrl-C is the program\'s', () => {
    const judge = (selected: boolean) => createKeyJudge({ byKey: () => true, selected: () => selected })
    expect(judge(true)(key('c', { ctrlKey: true }))).toBe('program')
    expect(judge(true)(key('C', { ctrlKey: true, shiftKey: true }))).toBe('copy')
    expect(judge(false)(key('C', { ctrlKey: true, shiftKey: true }))).toBe('program')
    expect(judge(false)(key('v', { ctrlKey: true }))).toBe('paste')
  })
})

it('pastes no control characters but tabs and line ends', () => {
  expect(cleanPaste('a\x1B[201~b\r\nc\td\x07\x9B1me\r')).toBe('a[201~b\nc\td1me\n')
})

it('gives the same size to the same box', () => {
  expect(sizeOf(868, 300)).toEqual({ cols: 86, rows: 11 })
  expect(sizeOf(0, 0)).toEqual({ cols: 2, rows: 1 })
  expect(sizeOf(1e6, 1e6)).toEqual({ cols: 500, rows: 200 })
})

it('answers no query', async () => {
  const queries = ['\x1B[c', '\x1B[>c', '\x1B[=c', '\x1B[5n', '\x1B[6n', '\x1B[?6n', '\x1B[4$p', '\x1B[?2004$p', '\x1BP$qm\x1B\\', '\x1BP+q544e\x1B\\', '\x1B]10;?\x07', '\x1B]4;1;?\x07', '\x1B]11;?\x1B\\', '\x1B[>q', '\x1B[?u', '\x1B[18t']
  const answers = async (prepare: (terminal: Terminal) => void): Promise<string> => {
    const terminal = new Terminal({ allowProposedApi: true })
    let all = ''
    terminal.onData(data => void (all += data))
    prepare(terminal)
    await new Promise<void>(resolve => terminal.write(queries.join(''), resolve))
    return all
  }
  expect(await answers(() => {})).not.toBe('')
  expect(await answers(terminal => swallowQueries(terminal.parser))).toBe('')
})

describe('a terminal on the page', () => {
  const info = { n: 1, step: 'x', mode: 'live' as const, startedAt: 0, cols: 20, rows: 4 }
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  function display() {
    const seen: string[] = []
    const dones: (() => void)[] = []
    return {
      seen,
      dones,
      clear: (cols: number, rows: number) => void seen.push(`clear ${cols}x${rows}`),
      write: (data: string | Uint8Array, done: () => void) => {
        seen.push(typeof data === 'string' ? data : new TextDecoder().decode(data))
        dones.push(done)
      },
      resize: (cols: number, rows: number) => void seen.push(`${cols}x${rows}`),
    }
  }

  it('is filled from the screen and gets every frame once, whenever it comes', async () => {
    const run = createClientRun(info, callback => callback())
    await run.draw(bytes('one\r\n'), 1, 0)
    const shown = display()
    const during = run.draw(bytes('two\r\n'), 2, 0)
    run.attach(shown)
    const after = run.draw(bytes('three'), 3, 0)
    await expect.poll(() => shown.seen.join('')).toContain('three')
    expect(shown.seen[0]).toBe('clear 20x4')
    expect(shown.seen.join('').match(/one|two|three/g)).toEqual(['one', 'two', 'three'])
    shown.dones.forEach(done => done())
    await Promise.all([during, after])
  })

  it('holds the acknowledgement back until it has drawn', async () => {
    const run = createClientRun(info, callback => callback())
    const shown = display()
    const detach = run.attach(shown)
    await expect.poll(() => shown.seen.length).toBe(2)
    let acknowledged = false
    const drawn = run.draw(bytes('x'), 1, 0).then(() => acknowledged = true)
    await run.screen.settled()
    expect(acknowledged).toBe(false)
    shown.dones.at(-1)!()
    await drawn
    detach()
    await run.draw(bytes('y'), 2, 0)
    expect(shown.seen.join('')).not.toContain('y')
  })

  it('takes a new size in its turn, and starts over after a snapshot', async () => {
    const run = createClientRun(info, callback => callback())
    const shown = display()
    run.attach(shown)
    await expect.poll(() => shown.seen.length).toBe(2)
    run.apply({ type: 'resize', cols: 30, rows: 5, seq: 1, at: 0 })
    expect(shown.seen.at(-1)).toBe('30x5')
    run.reset({ ...run.state.value, cols: 40, rows: 6 }, 'fresh', 9)
    await expect.poll(() => shown.seen.slice(-2)).toEqual(['clear 40x6', 'fresh'])
  })
})
