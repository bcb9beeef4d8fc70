import { Terminal } from '@xterm/headless/lib-headless/xterm-headless.mjs'
import { expect, it } from 'vitest'
import { sizeOf, swallowQueries } from '../../../../client/terminal/xterm.ts'

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
