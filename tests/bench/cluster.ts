import type { Page } from 'playwright-chromium'
import type { Api } from '../../runners/kubernetes/api.ts'
import type { Row } from './_row.ts'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { startPresentation } from '../../runners/cli/commands/present.ts'
import { createApi } from '../../runners/kubernetes/api.ts'
import { accessOf } from '../../runners/kubernetes/credentials.ts'
import { namespaceOf } from '../../runners/kubernetes/guard.ts'
import { openPage } from './_browser.ts'
import { podsDeck, startPods, watchPods } from './_pods.ts'
import { median, ms } from './_row.ts'

const CHANGES = 40

declare global {
  interface Window { shownAt: Record<string, number> }
}

/**
 * From a change in the API to the frame in which the slide shows it, beside the line that `kubectl get -w` prints of
 * the same change; all clocks are this machine's.
 */
export const cluster: Row = {
  id: 'cluster',
  what: 'change in the cluster → pixel vs kubectl get -w',
  needs: ['cluster', 'browser'],
  async run({ dir, cluster: found, progress }) {
    const { kubeconfig, context } = found!
    process.env.KUBECONFIG = kubeconfig
    const presentation = await startPresentation({ deck: await podsDeck(join(dir, 'cluster'), context), mode: 'live', trust: true })
    const { session } = presentation.service
    const { page, close } = await openPage()
    try {
      const told = new Map<string, number>()
      const printed = new Map<string, number>()
      await page.goto(presentation.url)
      const run = await startPods(page, session)
      run.log.subscribe((event) => {
        if (event.type === 'resource' && event.ref.kind === 'pod' && !told.has(event.ref.name))
          told.set(event.ref.name, Date.now())
      })
      await page.evaluate(noteShown)
      const namespace = namespaceOf(session.id)
      const peer = watchPods(kubeconfig, context, namespace, name => printed.has(name) || printed.set(name, Date.now()))
      try {
        const api = createApi(await accessOf(kubeconfig, context))
        // The first change finds all of them watching; it does not count.
        await change(api, namespace, 'first', page, printed)
        const times: { shown: number, told: number, printed: number }[] = []
        for (let n = 0; n < CHANGES; n++) {
          const name = `p${n}`
          const { began, shown } = await change(api, namespace, name, page, printed)
          times.push({ shown: shown - began, told: told.get(name)! - began, printed: printed.get(name)! - began })
          progress(`${n + 1} of ${CHANGES} changes`)
        }
        const behind = times.map(time => time.shown - time.printed).sort((a, b) => a - b)
        const eventBehind = median(times.map(time => time.told - time.printed))
        return [
          { what: 'change in the cluster: pixel behind kubectl\'s line, median', budget: 100, value: median(behind), unit: 'ms', ours: ms(median(times.map(time => time.shown))), peer: ms(median(times.map(time => time.printed))) },
          { what: 'change in the cluster: pixel behind kubectl\'s line, p95', budget: 100, value: behind[Math.floor(CHANGES * 0.95)]!, unit: 'ms' },
          { what: 'change in the cluster: event behind kubectl\'s line, median', value: eventBehind, unit: 'ms' },
        ]
      }
      finally {
        peer.kill()
        await once(peer, 'close')
      }
    }
    finally {
      await close()
      await presentation.close()
    }
  },
}

/** In the page: notes when each pod is first shown, ms since the epoch, once its frame is drawn. */
function noteShown(): void {
  window.shownAt = {}
  new MutationObserver(() => {
    const names = [...document.querySelectorAll('.kb-pod')].map(pod => pod.getAttribute('title')!.split(' ')[0]!).filter(name => !(name in window.shownAt))
    if (!names.length)
      return
    requestAnimationFrame(() => {
      const painted = new MessageChannel()
      painted.port1.onmessage = () => names.forEach(name => window.shownAt[name] ??= Date.now())
      painted.port2.postMessage(undefined)
    })
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['title'] })
}

/**
 * Makes a pod that no node takes, so that only the API is measured; resolves once page and peer have shown it, with
 * when (ms since the epoch) it began and was shown.
 */
async function change(
  api: Api,
  namespace: string,
  name: string,
  page: Page,
  printed: ReadonlyMap<string, number>,
): Promise<{ began: number, shown: number }> {
  const began = Date.now()
  await api.send('POST', `/api/v1/namespaces/${namespace}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeSelector: { nowhere: 'true' }, containers: [{ name: 'main', image: 'kamishibai/demo:1' }] },
  })
  const shown = (await (
    await page.waitForFunction(own => window.shownAt[own], name, { timeout: 30_000 })
  ).jsonValue()) as number
  const limit = Date.now() + 30_000
  while (!printed.has(name)) {
    if (Date.now() > limit)
      throw new Error(`kubectl did not print the pod ${name} within 30 s`)
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  return { began, shown }
}
