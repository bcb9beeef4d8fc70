import { describe, expect, it } from 'vitest'
import { createClientRun } from '../../../../client/session/clientRun.ts'

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
