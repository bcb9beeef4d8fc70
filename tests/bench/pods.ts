import type { ChildProcess } from 'node:child_process'
import type { Row } from './_row.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { createApi } from '../../runners/kubernetes/api.ts'
import { accessOf } from '../../runners/kubernetes/credentials.ts'
import { ACCOUNT, namespaceOf } from '../../runners/kubernetes/guard.ts'
import { longestTask, openPage } from './_browser.ts'
import { podsDeck, startPods, watchPods } from './_pods.ts'
import { collectGarbage, ms } from './_row.ts'

const PODS = 5000
const CHANGES = 1000
const LIMIT = 300_000
const MIB = 1024 * 1024

/**
 * A namespace of 5 000 pods with a page that shows them: what the service holds, and what changes cost it and the page.
 */
export const pods: Row = {
  id: 'pods',
  what: `${PODS} pods`,
  needs: ['cluster', 'browser'],
  async run({ dir, cluster, progress }) {
    const { kubeconfig, context } = cluster!
    process.env.KUBECONFIG = kubeconfig
    const presentation = await startPresentation({ deck: await podsDeck(join(dir, 'pods'), context), mode: 'live', trust: true })
    const { session } = presentation.service
    const { page, close } = await openPage()
    const namespace = namespaceOf(session.id)
    let others: ChildProcess | undefined
    let peer: ChildProcess | undefined
    try {
      await page.goto(presentation.url)
      const run = await startPods(page, session)
      let told = 0
      run.log.subscribe(event => void (told += Number(event.type === 'resource' && event.ref.kind === 'pod')))
      // So many pods are more than a session may have.
      await createApi(await accessOf(kubeconfig, context)).send('DELETE', `/api/v1/namespaces/${namespace}/resourcequotas/${ACCOUNT}`)
      others = spawn(process.execPath, [join(import.meta.dirname, '_many-pods.ts'), kubeconfig, context, namespace], { stdio: ['pipe', 'pipe', 'inherit'] })
      const lines = createInterface({ input: others.stdout! })[Symbol.asyncIterator]()
      const have = async (what: string, count: number): Promise<void> => {
        const wanted = told + count
        others!.stdin!.write(`${what} ${count}\n`)
        await lines.next()
        await until(() => told >= wanted, `the session is told of ${count} pods`)
      }
      collectGarbage()
      const heap = process.memoryUsage().heapUsed
      await have('make', PODS)
      await page.locator('.kb-pods .kb-count:visible', { hasText: `of ${PODS} pods` }).waitFor({ timeout: 60_000 })
      collectGarbage()
      const grown = (process.memoryUsage().heapUsed - heap) / MIB
      progress(`${PODS} pods are shown`)
      let printed = 0
      peer = watchPods(kubeconfig, context, namespace, () => printed++)
      await until(() => printed >= PODS, 'kubectl prints them')
      await page.context().browser()!.startTracing(page, { categories: ['toplevel'] })
      const [before, peerBefore] = [process.cpuUsage(), cpuOf(peer)]
      await have('change', CHANGES)
      const { user, system } = process.cpuUsage(before)
      const peerTook = cpuOf(peer) - peerBefore
      const longest = longestTask(await page.context().browser()!.stopTracing())
      return [
        { what: `${PODS} pods: growth of the service`, value: grown, unit: 'MiB', ours: `${(grown * 1024 / PODS).toFixed(1)} KiB a pod` },
        { what: `${PODS} pods: processor of the service for ${CHANGES} changes`, value: (user + system) / 1000, unit: 'ms', peer: `kubectl get -w ${ms(peerTook)}` },
        { what: `${PODS} pods: longest task of the browser meanwhile`, value: longest.processor, unit: 'ms', ours: `${ms(longest.clock)} on the clock` },
      ]
    }
    finally {
      others?.stdin?.end()
      peer?.kill()
      await Promise.all([others, peer].map(child => child && child.exitCode === null && child.signalCode === null && once(child, 'exit')))
      await close()
      await presentation.close()
    }
  },
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const limit = Date.now() + LIMIT; !holds();) {
    if (Date.now() > limit)
      throw new Error(`it takes longer than ${LIMIT / 1000} s until ${what}`)
    await delay(10)
  }
}

/** Processor time of a process so far, in ms; source: proc(5). */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
