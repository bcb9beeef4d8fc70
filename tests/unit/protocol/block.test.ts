import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { blockEnd, skipPreamble } from '../../../runners/protocol/block.ts'

describe('the end of a block', () => {
  const said = (text: string): string => `\u001B_kamishibai ${text}\u001B\\`

  it('says what the block leaves, with line ends and escapes as they were', () => {
    expect(blockEnd(`out\r\n${said('state A=\'1\r\n\u00012\'')}`)).toEqual({ state: 'A=\'1\n\u001B2\'' })
    expect(blockEnd(`out\r\n${said('left')}`)).toEqual({ state: '' })
  })

  it('says the line of the command that failed', () => {
    expect(blockEnd(`${said('line 7')}${said('left')}`)).toEqual({ line: 7, state: '' })
  })

  it.each([
    ['sh: 3: nope: not found\r\n', 3],
    ['bash: line 12: nope: command not found\r\n', 12],
    ['zsh:2: command not found: nope\r\n', 2],
    ['/bin/sh: 3: nope: not found\r\n', 3],
    ['sh: 3: nope: not found\r\nand more\r\n', undefined],
  ])('takes the line from the last words of the shell: %j', (output, line) => {
    expect(blockEnd(`out\r\n${output}`).line).toBe(line)
  })

  it('is nothing where it was cut off', () => {
    expect(blockEnd('out')).toEqual({})
    expect(blockEnd('\u001B_kamishibai state A=1')).toEqual({})
  })
})

describe('the output of a block', () => {
  async function read(...chunks: string[]): Promise<{ text: string, pids: number[] }> {
    const pids: number[] = []
    let text = ''
    for await (const chunk of skipPreamble(stream(chunks), async pid => void pids.push(pid)))
      text += chunk.toString()
    return { text, pids }
  }
  async function* stream(chunks: string[]): AsyncGenerator<Buffer> {
    for (const chunk of chunks)
      yield Buffer.from(chunk)
  }

  it.each([
    [['17\r\n\r\nhello\r\n']],
    [['1', '7\r\n', '\r', '\nhel', 'lo\r\n']],
  ])('begins behind the line with its pid: %j', async (chunks) => {
    expect(await read(...chunks)).toEqual({ text: 'hello\r\n', pids: [17] })
  })

  it('is what the engine says where nothing began', async () => {
    expect(await read('no such shell\r\n')).toEqual({ text: 'no such shell\r\n', pids: [] })
    expect(await read('no such shell')).toEqual({ text: 'no such shell', pids: [] })
    expect(await read('17\r\n')).toEqual({ text: '', pids: [17] })
  })
})
