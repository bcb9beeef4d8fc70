/* eslint-disable no-template-curly-in-string */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { blocks, shellSession } from './_shell.ts'

describe.skipIf(process.platform === 'win32')('a block of another language', () => {
  it.each([
    ['python', 'import sys\nprint("hello", sys.argv, sys.stdout.isatty())', 'hello [\'-c\'] True\n'],
    ['js', 'console.log(`hello ${process.argv.length} ${process.stdout.isTTY}`)', 'hello 1 true\n'],
    ['js', 'import { sep } from "node:path"\nconsole.log(`${sep} ${await 1}`)', '/ 1\n'],
    ['ts', 'const n: number = 1\nconsole.log(`hello ${n}`)', 'hello 1\n'],
  ])('in %s: %j', async (lang, code, output) => {
    const { run } = await shellSession(blocks(lang, [code]))
    expect(await run('a')).toMatchObject({ phase: 'exited', output })
  })

  it.each([
    ['python', 'x = 1\ndef f():\n    raise SystemError(x)\nf()', 3, 'raise SystemError(x)'],
    ['js', 'const x = 1\nthrow new Error(x)', 2, 'throw new Error(x)'],
    ['ts', 'const x: number = 1\n\nthrow new Error(`${x}`)', 3, 'throw new Error(`${x}`)'],
  ])('names the line that failed in %s', async (lang, code, line, command) => {
    const { run } = await shellSession(blocks(lang, [code]))
    expect(await run('a')).toMatchObject({ phase: 'failed', line, message: `${command} ended with exit code 1 (deck.md:${line + 1})` })
  })

  it('starts where the block of a shell before it left off, and leaves that as it was', async () => {
    const { dir, run } = await shellSession([
      ...blocks('bash', ['cd sub\nexport A=1\nB=2\nlist=(1 2)']),
      ...blocks('', ['', 'import os\nprint(os.getcwd(), os.environ["A"], os.environ.get("B"))\nos.chdir("/")']).slice(1).map(step => ({ ...step, lang: 'python' })),
      ...blocks('bash', ['', '', 'echo "$PWD $A $B ${#list[@]}"']).slice(2),
    ])
    await run('a')
    expect((await run('b')).output).toBe(`${join(dir, 'sub')} 1 None\n`)
    expect((await run('c')).output).toBe(`${join(dir, 'sub')} 1 2 2\n`)
  })

  it('is a file to a command of the headmatter, whose name its program may tell', async () => {
    const { dir, run } = await shellSession(blocks('words', ['one\ntwo', 'oops']).map(step => ({ ...step, command: './count.sh -l' })))
    writeFileSync(join(dir, 'count.sh'), '#!/bin/sh\ngrep -q oops "$2" && { echo "$2:1: oops"; exit 3; }\nwc $1 <"$2"; echo "${2##*/}"\n', { mode: 0o755 })
    expect(await run('a')).toMatchObject({ phase: 'exited', output: '2\na.words\n' })
    expect(await run('b')).toMatchObject({ phase: 'failed', line: 1 })
  })

  it('is told when it waits for a key, and when its program is not there', async () => {
    const { run } = await shellSession([...blocks('python', ['input("name? ")']), ...blocks('x', ['', 'x']).slice(1).map(step => ({ ...step, command: 'no-such-program' }))])
    expect(await run('a')).toMatchObject({ phase: 'failed', message: expect.stringContaining('waits for a key') as string })
    expect(await run('b')).toMatchObject({ phase: 'failed', message: 'b calls no-such-program, which is not on this machine: nothing of it was run' })
  })
})
