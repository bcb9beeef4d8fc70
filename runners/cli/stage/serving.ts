import type { Deck } from '../../deck/deck.ts'
import type { Stage, StageOptions } from '../../service/stage/serve.ts'
import type { KeptBuild } from '../../service/store/builds.ts'
import process from 'node:process'
import { parseDeck } from '../../deck/parse.ts'
import { openStage } from '../../service/stage/serve.ts'
import { keepDrawings } from '../../service/store/drawings.ts'
import { withContext } from '../io/context.ts'
import { say } from '../io/say.ts'
import { askTrust } from '../io/trust.ts'
import { portTaken } from '../process/port.ts'
import { builtOf, useBuild } from './built.ts'
import { takeChanges } from './taking.ts'

export interface ServingOptions extends StageOptions {
  build: KeptBuild
  /** Whether steps run at all; where they do not, nothing has to be asked. */
  live: boolean
  /** Whether they run without a question. @default false */
  trust?: boolean
  /** The Kubernetes context for the steps. @default the one that is found */
  context?: string
}

/** Serves what was built of a deck, keeps what is drawn, and takes what changes on disk when the presenter asks. */
export async function serveBuild(options: ServingOptions): Promise<Pick<Stage, 'port' | 'close'>> {
  const { build, service: { session }, port, live, trust, context } = options
  const releases = [await useBuild(build)]
  keepDrawings(session, ({ message }) => say.warn(`What was drawn could not be kept: ${message}`))
  const stage = await openStage(options).catch(async (error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? await portTaken(port) : error
  })
  const ending = new AbortController()
  const endTaking = await takeChanges({
    session,
    read: async () => withContext(await parseDeck(session.deck.file), context),
    approve: async next => !live || await askAgain(next, trust),
    async build(next) {
      const built = await builtOf(next, { flavour: 'stage', signal: ending.signal, gentle: true })
      if ('error' in built)
        throw built.error
      releases.push(await useBuild(built))
      return built
    },
    show: stage.show,
    tell: say,
  })
  return {
    port: stage.port,
    async close() {
      ending.abort()
      endTaking()
      await stage.close()
      await Promise.all(releases.map(release => release()))
    },
  }
}

/** Asks about steps that changed during a talk, as its start did. */
async function askAgain(next: Deck, trust?: boolean): Promise<boolean> {
  // A talk that goes on ends as it always does.
  const onInterrupt = (): void => void process.kill(process.pid, 'SIGINT')
  return await askTrust(next, { trust, no: 'No, go on as before', onInterrupt }) === 'trusted'
}
