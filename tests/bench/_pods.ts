import type { Page } from 'playwright-chromium'
import type { Run } from '../../runners/service/run/types.ts'
import type { Session } from '../../runners/service/session/session.ts'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { builtBinaries } from '../../runners/kubernetes/cluster/binaries.ts'
import { isInstalled } from '../../runners/kubernetes/cluster/command.ts'
import { writeDeck } from './_deck.ts'

/** A deck whose one slide shows the pods of its session. */
export async function podsDeck(dir: string, context: string): Promise<string> {
  const fence = '```yaml {apply id=opens out=none}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: opens}\n```'
  return writeDeck(dir, `# Pods\n\n${fence}\n\n<div class="h-80">\n<LivePods />\n</div>`, `kamishibai:\n  contexts: [${context}]\n`)
}

/** Runs the step to which what happens in the namespace then belongs; resolves once the page shows it over. */
export async function startPods(page: Page, session: Session): Promise<Run> {
  const button = page.locator('[data-kb-step="opens"]:visible .kb-run:enabled')
  await button.waitFor({ timeout: 120_000 })
  await button.click()
  await page.locator('[data-kb-step="opens"][data-phase="exited"]:visible').waitFor({ timeout: 60_000 })
  return session.runOf('opens')!
}

/** The peer: tells each name that `kubectl get --watch` prints. */
export function watchPods(
  kubeconfig: string,
  context: string,
  namespace: string,
  onLine: (name: string) => void,
): ReturnType<typeof spawn> {
  const kubectl = isInstalled('kubectl', process.env) ? 'kubectl' : join(builtBinaries(process.env), 'kubectl')
  const peer = spawn(
    kubectl,
    ['--kubeconfig', kubeconfig, '--context', context, '-n', namespace, 'get', 'pods', '--watch', '--no-headers'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  createInterface({ input: peer.stdout }).on('line', line => onLine(line.split(/\s+/)[0]!))
  return peer
}
