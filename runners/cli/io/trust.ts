import type { Deck } from '../../deck/deck.ts'
import type { TrustedCluster } from '../../service/trust/cluster.ts'
import type { Asked } from './trust-text.ts'
import process from 'node:process'
import { styleText } from 'node:util'
import { confirm, isCancel } from '@clack/prompts'
import { escapeDeceiving } from '../../deck/escape.ts'
import { parseDeck } from '../../deck/parse.ts'
import { StepError } from '../../protocol/error.ts'
import { approveCluster, findCluster } from '../../service/trust/cluster.ts'
import { approve, readTrust } from '../../service/trust/trust.ts'
import { askKey } from './ask-key.ts'
import { page } from './page.ts'
import { formatChanges, formatCluster, formatQuestion, formatWhole } from './trust-text.ts'

/** How the user stands to a deck; `unasked` where there is no terminal to ask at. */
export type Trust = 'trusted' | 'declined' | 'unasked'

const INTERRUPTED = 130
/** At the start nothing runs yet that would have to be ended. */
const endNow = (): never => process.exit(INTERRUPTED)

export interface AskOptions {
  /** Asks nothing. @default false */
  trust?: boolean
  /** The words of a "no". */
  no?: string
  /** What Ctrl-C does. @default ends the process */
  onInterrupt?: () => void
}

/**
 * Whether the steps of a deck may run here: by `--trust`, by an earlier approval of exactly these files, or by the
 * user's answer to the plan, where "no" has the words `no`. The cluster that they would use is approved with the deck,
 * and asked about anew when its context leads to another; without a yes, only Kubernetes' steps do not run. Throws
 * StepError where the deck changed while the question stood.
 */
export async function askTrust(deck: Deck, { trust = false, no = 'No', onInterrupt = endNow }: AskOptions): Promise<Trust> {
  if (trust) {
    const cluster = await findCluster(deck, process.env)
    if (cluster)
      await approveCluster(cluster, process.env)
    return 'trusted'
  }
  const output = terminalOf()
  const [before, cluster] = await Promise.all([readTrust(deck, process.env), findCluster(deck, process.env)])
  if (before.approved) {
    if (output && cluster && cluster.standing !== 'approved')
      await askCluster(deck, cluster, output)
    return 'trusted'
  }
  if (!output)
    return 'unasked'
  const name = escapeDeceiving(`${deck.name}.md`)
  const asked: Asked = { trust: before, cluster, filesOf: new Map(deck.steps.map(step => [step.id, step.files])) }
  const about = before.changes ? `${name} has changed since you approved it.` : `You have not approved ${name} yet. This is what it can do on this machine:`
  const prompt = styleText('bold', `Run ${name} on this machine?`, { stream: output })
  const changed = before.changes ? ' · d what changed' : ''
  const answer = await askKey(output, {
    question: `\n${about}\n\n${formatQuestion(asked, output)}\n\n${prompt}  y Yes · n ${no} (default) · p the whole plan${changed} `,
    keys: {
      p: () => page(formatWhole(asked, output), output),
      ...before.changes && { d: () => page(formatChanges(asked, output), output) },
    },
  })
  if (answer === 'interrupted')
    onInterrupt()
  if (answer !== 'yes')
    return 'declined'
  // What was shown is what is approved.
  const after = await readTrust(await parseDeck(deck.file), process.env)
  if (after.hash !== before.hash || after.plan.hash !== before.plan.hash)
    throw new StepError('changed-meanwhile', `${name} changed while the question stood`, 'Start again to see what it does now.')
  await approve(after, process.env)
  if (cluster)
    await approveCluster(cluster, process.env)
  return 'trusted'
}

/** Whoever says no has the steps of the other engines all the same. */
async function askCluster({ name }: Deck, cluster: TrustedCluster, output: NodeJS.WriteStream): Promise<void> {
  const context = escapeDeceiving(cluster.context)
  const about = cluster.standing === 'changed'
    ? `The context ${context} leads to another cluster than the one that you approved.`
    : `You have not approved the cluster ${context} yet.`
  output.write(`\n${about}\n\n${formatCluster(cluster, output).join('\n')}\n`)
  const answer = await confirm({ message: `Run the Kubernetes steps of ${escapeDeceiving(name)}.md on it?`, initialValue: false, output })
  if (isCancel(answer))
    process.exit(INTERRUPTED)
  if (answer)
    await approveCluster(cluster, process.env)
}

/** The terminal to ask at; standard output may carry a report. */
function terminalOf(): NodeJS.WriteStream | undefined {
  return process.stdin.isTTY ? [process.stderr, process.stdout].find(stream => stream.isTTY) : undefined
}
