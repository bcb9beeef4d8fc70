import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { blockState, skipPreamble } from '../../../runners/protocol/block.ts'

describe('what a block leaves', () => {
  const left = (...parts: string[]): string => `out\r\n\u001B_kamishibai ${parts.join('\0')}\u001B\\`

  it('is its folder and its variables, without those of the block and of the container', () => {
    expect(blockState(left('/srv\r\n', 'A=1', 'B=c=d', 'PWD=/srv', 'SHLVL=2', 'OLDPWD=/', '_=env', 'HOSTNAME=x', 'broken', ''))).toEqual({ cwd: '/srv', env: ['A=1', 'B=c=d'] })
  })

  it('is nothing where it was cut off', () => {
    expect(blockState('out')).toBeUndefined()
    expect(blockState('\u001B_kamishibai /srv')).toBeUndefined()
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
