import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { blocks, shellSession } from './_shell.ts'

const LINUX = process.platform === 'linux'

/** Whether a program is on this machine. */
function has(name: string): boolean {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`]).length > 0
  }
  catch {
    return false
  }
}

describe.runIf(LINUX)('a {run} that waits for a key', () => {
  it.each([
    ['less', 'seq 500 | less', 'less'],
    ['more', 'seq 500 | more', 'more'],
    ['git', 'git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m "$(seq 500)" && GIT_PAGER=less git log', 'less'],
    ['sh', 'printf "Name? "; read -r name', 'sh'],
    ['bash', 'bash -c "read -r name"', 'bash'],
    ['cat', 'cat', 'cat'],
    ['vi', 'vi notes.txt', 'vi'],
    ['vim', 'vim notes.txt', 'vim'],
    ['nano', 'nano notes.txt', 'nano'],
    ['busybox', 'busybox vi notes.txt', 'busybox'],
    ['python3', 'python3 -c "input()"', 'python3'],
  ])('says so within three seconds: %s', async (program, code, name) => {
    if (!has(program))
      return
    const { run } = await shellSession(blocks('sh', [[code, { timeoutMs: 20_000 }]]))
    const before = performance.now()
    const { phase, message, run: { log } } = await run('a')
    expect({ phase, message }).toEqual({ phase: 'failed', message: expect.stringMatching(new RegExp(`^${name}\\S* waits for a key`)) as string })
    expect(log.state.error).toMatchObject({ code: 'key-wanted', hint: expect.stringContaining('{terminal}') as string })
    expect(performance.now() - before).toBeLessThan(4000)
  })

  it.each([
    ['sleeps', 'sleep 3; echo done'],
    ['reads from elsewhere', '(sleep 3; echo done) | cat'],
    ['waits with a limit', 'bash -c "read -t 3 -r name || echo done"'],
    ['lives on', ['echo done; cat', { until: [{ type: 'settled', ms: 2500, text: 'settled' }], expect: [] }]],
  ] as [string, Parameters<typeof blocks>[1][number]][])('is none that %s', async (_, given) => {
    const { run } = await shellSession(blocks('sh', [given]))
    expect(await run('a')).toMatchObject({ phase: expect.stringMatching(/exited|ready/) as string, output: 'done\n' })
  })

  it('finds no pager in its environment', async () => {
    const { run } = await shellSession(blocks('sh', ['echo "$PAGER $GIT_PAGER $MANPAGER $SYSTEMD_PAGER $AWS_PAGER"']))
    expect((await run('a')).output).toBe('cat cat cat cat cat\n')
  })
})
