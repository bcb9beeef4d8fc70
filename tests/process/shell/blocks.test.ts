/* eslint-disable no-template-curly-in-string */
import type { Step } from '../../../runners/protocol/step.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { blocks, SHELLS, shellSession } from './_shell.ts'

describe.skipIf(process.platform === 'win32').each(SHELLS)('a block of %s, which is %s', (lang, program) => {
  const full = program !== 'dash' && program !== 'busybox'
  const open = (
    codes: Parameters<typeof blocks>[1],
    options: Parameters<typeof shellSession>[1] = {},
  ): ReturnType<typeof shellSession> =>
    shellSession(blocks(lang, codes), { sh: lang === 'sh' ? program : undefined, ...options })

  it('ends at its first failing command, and not at one that is asked about', async () => {
    const { run } = await open([
      'echo one\nfalse\necho never',
      'false || echo caught\nif false; then echo no; fi\nfalse | cat\n! true\nyes | head -1\necho end',
      ['false\necho on', { keepGoing: true }],
    ])
    expect(await run('a')).toMatchObject({ phase: 'failed', output: 'one\n' })
    expect(await run('b')).toMatchObject({ phase: 'exited', output: 'caught\ny\nend\n' })
    expect(await run('c')).toMatchObject({ phase: 'exited', output: 'on\n' })
  })

  it('names the line and the command that failed', async () => {
    const { run } = await open([
      'echo one\n\n./no-such-command x\necho never',
      ['true', { code: 'export A=1\nfalse', visible: 'false', file: 'talk.md', line: 40 }],
      'false',
    ])
    const first = await run('a')
    expect(first).toMatchObject({ phase: 'failed', ...program !== 'busybox' && { line: 3, message: './no-such-command x ended with exit code 127 (deck.md:4)' } })
    expect(await run('c')).toMatchObject({ line: 1, message: 'false ended with exit code 1 (deck.md:2)' })
    if (full)
      expect(await run('b')).toMatchObject({ line: 1, message: 'false ended with exit code 1 (talk.md:42)' })
  })

  it('leaves variables, aliases, options and its folder to the next one', async () => {
    const { dir, run } = await open([
      'cd sub\nexport GREETING="two\nlines = ok"\nlocal="it\'s \\$x \\\\ \\"quoted\\""\nalias k="echo kube"\nset -u\numask 027',
      'k get\npwd; echo "$GREETING|$local"; umask; sh -c \'echo "[$local]"\'\necho "$-"',
      'unset GREETING\nset +u',
      'echo "[$GREETING]"\nk again',
    ])
    await run('a')
    const { output } = await run('b')
    expect(output).toContain(`kube get\n${join(dir, 'sub')}\ntwo\nlines = ok|it's $x \\ "quoted"\n`)
    expect(output).toMatch(/^0?027\n\[\]\n\w*u\w*\n$/m)
    await run('c')
    expect((await run('d')).output).toBe('[]\nkube again\n')
  })

  it.runIf(full)('leaves functions and arrays, too', async () => {
    const { run } = await open([
      'greet() {\n  local who=$1\n  echo "hello $who"\n}\nlist=(one "two three")\nexport -f greet 2>/dev/null || true',
      'greet you\necho "${#list[@]} ${list[@]}"',
      ...lang === 'sh' ? [] : [lang === 'bash' ? 'declare -A map=([a]=1)\nshopt -s extglob nullglob' : 'typeset -A map=(a 1)\nsetopt extended_glob null_glob', 'echo "${map[a]}" none*such'],
    ])
    await run('a')
    expect((await run('b')).output).toBe('hello you\n2 one two three\n')
    if (lang !== 'sh') {
      await run('c')
      expect((await run('d')).output).toBe('1\n')
    }
  })

  it('takes what a sourced file sets, and what a program printed', async () => {
    const { dir, run } = await open(['. ./helpers.sh; POD=$(printf web-0)', 'echo "$POD $HELPED"'])
    writeFileSync(join(dir, 'helpers.sh'), 'HELPED=yes\n')
    await run('a')
    expect((await run('b')).output).toBe('web-0 yes\n')
  })

  it('leaves nothing where it failed', async () => {
    const { run } = await open(['A=kept; cd sub', 'A=lost; cd ..; false', ['A=wrong', { expect: [{ type: 'match', source: 'never', flags: '', text: 'match=/never/' }] }], 'echo "$A ${PWD##*/}"'])
    await run('a')
    expect(await run('b')).toMatchObject({ phase: 'failed' })
    expect(await run('c')).toMatchObject({ phase: 'failed' })
    expect((await run('d')).output).toBe('kept sub\n')
  })

  it('ends with exit, and hands on what it set before', async () => {
    const { run } = await open(['A=kept; exit 0; A=never', ['A=expected; exit 3', { expect: [{ type: 'exit', code: 3, not: false, text: 'exit=3' }] }], 'echo $A'])
    await run('a')
    expect((await run('c')).output).toBe('kept\n')
    expect(await run('b')).toMatchObject({ phase: 'exited' })
  })

  it('starts again from what its first run found', async () => {
    const { run } = await open(['cd sub; N=${N:-0}; N=$((N+1)); echo $N', 'echo "$N ${PWD##*/}"', 'LATER=1', 'echo "${LATER-} $N"'])
    await run('a')
    expect((await run('a')).output).toBe('1\n')
    expect((await run('b')).output).toBe('1 sub\n')
    await run('c')
    await run('a')
    expect((await run('d')).output).toBe('1 1\n')
  })

  it('shows programs nothing of the carrying', async () => {
    const { run } = await open(['alias k=true', 'tr "\\0" " " </proc/$$/cmdline; echo; env', 'set -x', ':\nset +x'])
    await run('a')
    const { output } = await run('b')
    // A busybox shell can be given a file in no other way.
    expect(output).toMatch(/^\S*sh .*</s)
    expect(output).not.toMatch(program === 'busybox' ? /trap|_kb_/ : /trap|_kb_|block-|BASH_ENV|ZDOTDIR|\nENV=/)
    await run('c')
    expect((await run('d')).output).toMatch(/^\+\S* :\s*\n\+\S* set \+x\n$/)
  })

  it('never hands on where the engines are', async () => {
    const { run } = await open(['export DOCKER_HOST=tcp://mine KUBECONFIG=/mine', 'echo "${DOCKER_HOST-} $KUBECONFIG"'])
    await run('a')
    expect((await run('b')).output).not.toMatch('mine')
  })
})

describe.skipIf(process.platform === 'win32')('a block that lives on', () => {
  const until: Step['until'] = [{ type: 'match', source: 'up', flags: '', text: 'match=/up/' }]

  it('does not hold its shell, and leaves nothing', async () => {
    const { run } = await shellSession(blocks('sh', ['A=before', ['A=inside; echo up; sleep 100', { until, expect: [] }], 'echo $A']))
    await run('a')
    const server = await run('b')
    expect(server.phase).toBe('ready')
    expect((await run('c')).output).toBe('before\n')
    expect(server.run.log.state.phase).toBe('ready')
  })

  it('hands on what it set where it has ended by then', async () => {
    const { run } = await shellSession(blocks('sh', [['A=inside; echo up', { until: [...until, { type: 'exit', code: 0, not: false, text: 'exit=0' }] }], 'echo $A']))
    expect(await run('a')).toMatchObject({ phase: 'ready' })
    expect((await run('b')).output).toBe('inside\n')
  })
})

describe('shells that take turns', () => {
  it('understand each other\'s exported variables, folder and aliases', async () => {
    const [bash, sh, zsh] = [blocks('bash', ['export A=1 B="it\'s"; list=(1 2); cd sub; alias k="echo k"'])[0]!, blocks('sh', ['', 'k; echo "$A $B ${PWD##*/}"; export C=3'])[1]!, blocks('zsh', ['', '', 'echo "$A $B $C ${PWD##*/}"'])[2]!]
    const { run } = await shellSession([bash, sh, zsh])
    await run('a')
    expect((await run('b')).output).toBe('k\n1 it\'s sub\n')
    expect((await run('c')).output).toBe('1 it\'s 3 sub\n')
  })
})

describe.skipIf(process.platform === 'win32').each([['bash', 'bash'], ['zsh', 'zsh'], ['sh', 'bash']])('a pipeline of %s, which is %s', (lang, program) => {
  it.each<[string, string, { line: number, code: number }[]]>([
    ['tells a command that failed before its end, and goes on', 'echo one\nfalse | cat\necho on', [{ line: 2, code: 1 }]],
    ['tells that of the last one, too', 'true | cat\n(exit 3) | cat', [{ line: 2, code: 3 }]],
    ['says nothing where a reader has had enough', 'yes | head -1\nseq 3 | cat', []],
    ['says nothing where it is not used', 'x=$(false | cat)\nfalse || true', []],
  ])('%s', async (_, code, pipes) => {
    const { run } = await shellSession(blocks(lang, [code, 'echo next']), { sh: program })
    const { phase, output, run: own } = await run('a')
    expect(phase).toBe('exited')
    expect(output).not.toContain('kamishibai')
    expect(own.log.state.pipes?.map(({ line, code }) => ({ line, code })) ?? []).toEqual(pipes)
    expect((await run('b')).output).toBe('next\n')
  })
})
