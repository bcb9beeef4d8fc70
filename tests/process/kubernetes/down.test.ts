import type { ChildProcess } from 'node:child_process'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

const CLUSTER = resolve('runners/kubernetes/cluster')

/** A cluster's folder that names a running program as one of the cluster's, and takes the cluster down. */
async function withProgram(): Promise<{
  program: ChildProcess
  since: () => string
  takeDown: (since?: string) => Promise<unknown>
}> {
  const dir = mkdtempSync(join(tmpdir(), 'kamishibai-down-'))

  const program = spawn('sleep', ['60'], { stdio: 'ignore' })
  await once(program, 'spawn')
  onTestFinished(() => {
    program.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })
  const env = { ...process.env, DIR: dir, ID: `t${process.pid}`, SUBNET: '250' }
  return {
    program,
    since: () => execFileSync('bash', ['-c', `source ${join(CLUSTER, 'env.sh')}; since ${program.pid}`], { env, encoding: 'utf8' }),
    async takeDown(since) {
      mkdirSync(join(dir, 'pid'), { recursive: true })
      writeFileSync(join(dir, 'pid', 'etcd'), `${program.pid}\n`)
      if (since !== undefined)
        writeFileSync(join(dir, 'pid', 'etcd.since'), since)
      return promisify(execFile)('bash', [join(CLUSTER, 'down.sh')], { env })
    },
  }
}

describe.skipIf(process.platform !== 'linux')('what takes a cluster down', () => {
  it('ends a program that was started as one of the cluster\'s', async () => {
    const { program, since, takeDown } = await withProgram()
    const over = once(program, 'exit')
    await takeDown(since())
    expect(await over).toEqual([null, 'SIGTERM'])
  })

  it('leaves a program alone that has the same pid in another run of the machine, later, or for unknown reasons', async () => {
    const { program, since, takeDown } = await withProgram()
    const [boot, start] = since().trim().split(' ')
    for (const other of [`00000000-0000-4000-8000-000000000000 ${start}\n`, `${boot} ${Number(start) - 1}\n`, '', undefined])
      await takeDown(other)
    expect([program.exitCode, program.signalCode]).toEqual([null, null])
  })
})
