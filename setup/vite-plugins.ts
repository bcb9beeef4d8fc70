import type { ResolvedSlidevOptions } from '@slidev/types'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DevEnvironment, Plugin } from 'vite'
import type { Flavour } from '../client/deckInfo.ts'
import { pageDeckOf } from '../runners/deck/page-deck.ts'
import { PAGE_DECK_ID, RECORDINGS_PATH } from '../runners/protocol/wire.ts'
import { presenting } from '../runners/service/presenting.ts'
import { readRecordingText } from '../runners/service/store/recordings.ts'
import { disableSlidevWrites, guardServer } from '../runners/service/wire/gate.ts'
import { addComeback } from './comeback.ts'
import { deckOfSteps, useDeck } from './deck.ts'
import { missingPicturesPlugin } from './missing-pictures.ts'
import { isOneFileBuild, oneFilePlugin } from './one-file.ts'
import { addHold, holdPrint } from './print-hold.ts'
import { isRemoteBuild, remoteFlagsPlugin, stripForRemote } from './remote.ts'
import { slideErrorsPlugin } from './slide-errors.ts'
import { isStageBuild, stagePlugin } from './stage.ts'

const DECK = 'virtual:kamishibai/deck'
const RECORDINGS = 'virtual:kamishibai/recordings'
const RECORDING = 'virtual:kamishibai/recording/'
/** Tells pages the hashes of steps whose code alone has changed. */
const HASHES = 'kamishibai:hashes'

/**
 * What our components import: found late, it would make the first live slide wait, or the page reload.
 * Not @vueuse/core, which Slidev has served as it is.
 */
const BROWSER_PACKAGES = ['@xterm/headless/lib-headless/xterm-headless.mjs', '@xterm/addon-serialize', '@xterm/xterm', 'uqr', 'zod']
  // pnpm lets a project see its own dependencies only, not ours.
  .map(name => import.meta.url.includes('/node_modules/') ? `slidev-addon-kamishibai > ${name}` : name)

/** The gate before every route, and our socket behind it, in Slidev's dev server. */
function servicePlugin(options: ResolvedSlidevOptions): Plugin {
  return {
    name: 'kamishibai:service',
    apply: 'serve',
    config: () => ({
      server: { cors: false },
      optimizeDeps: { include: BROWSER_PACKAGES },
    }),
    configResolved(config) {
      if (options.mode === 'dev' && !presenting()?.author)
        disableSlidevWrites(config.plugins)
    },
    configureServer: {
      order: 'pre',
      handler(server) {
        const httpServer = server.httpServer as Server | null
        if (options.mode === 'export')
          return holdPrint(server)
        if (!httpServer || options.mode !== 'dev')
          return
        const present = presenting()
        guardServer(httpServer, () => (httpServer.address() as AddressInfo | null)?.port ?? 0, {
          edit: Boolean(present?.author),
          token: present?.service.token,
        })
        if (present)
          present.service.attach(httpServer)
        else
          server.config.logger.warn('This deck plays its recordings. To run its steps live: kamishibai present')
      },
    },
  }
}

function forgetModules({ moduleGraph }: DevEnvironment): void {
  for (const module of moduleGraph.idToModuleMap.values()) {
    if (module.id?.startsWith('\0virtual:kamishibai/'))
      moduleGraph.invalidateModule(module)
  }
}

/** The deck's steps and recordings as modules, in dev, export and build alike. */
function modulesPlugin(options: ResolvedSlidevOptions): Plugin {
  const source = useDeck(options.entry)
  return {
    name: 'kamishibai:modules',
    resolveId(id) {
      return id.startsWith('virtual:kamishibai/') ? `\0${id}` : undefined
    },
    async load(id) {
      if (id === `\0${DECK}`)
        return deckModule(options)
      if (id === `\0${RECORDINGS}`)
        return recordingsModule(options)
      if (id.startsWith(`\0${RECORDING}`)) {
        const deck = await deckOfSteps(options.entry)
        const step = deck.steps.find(s => s.id === id.slice(RECORDING.length + 1))
        const text = step && await readRecordingText(deck, step.id)
        return `export default ${JSON.stringify(text ? { ...text, fresh: text.hash === step.hash } : null)}`
      }
      return undefined
    },
    configureServer(server) {
      const end = presenting()?.author?.onTaken((change) => {
        Object.values(server.environments).forEach(forgetModules)
        if (change.type === 'code')
          return server.hot.send(HASHES, change.hashes)
        // The slides that Slidev has just read go before the page that asks for them.
        setImmediate(() => server.hot.send({ type: 'full-reload' }))
      })
      server.httpServer?.once('close', () => end?.())
    },
    hotUpdate: {
      // Slidev has read the slides by then.
      order: 'post',
      async handler({ file, modules }) {
        if (!options.data.watchFiles[file] && !file.includes('/recordings/'))
          return undefined
        source.refresh()
        await presenting()?.author?.take()
        forgetModules(this.environment)
        return modules
      },
    },
  }
}

/** In the module of a deck that is edited: its steps know their hashes by now. */
const KEEPS_HASHES = `
import { shallowReactive } from 'vue'
steps.forEach((step, i) => (steps[i] = shallowReactive(step)))
import.meta.hot.on(${JSON.stringify(HASHES)}, hashes => steps.forEach(step => (step.hash = hashes[step.id])))
`

function flavourOf(options: ResolvedSlidevOptions): Flavour {
  if (options.mode === 'export')
    return 'export'
  if (options.mode === 'dev')
    return presenting() ? 'dev' : 'site'
  return isStageBuild(options) ? 'stage' : isRemoteBuild(options) ? 'audience' : isOneFileBuild(options) ? 'one-file' : 'site'
}

async function deckModule(options: ResolvedSlidevOptions): Promise<string> {
  const flavour = flavourOf(options)
  // Told by whoever serves it: what was built holds for any talk of these slides.
  if (flavour === 'stage')
    return `export const { steps, deckName, lang, recordCommand, flavour, plan, rehearsing, build } = JSON.parse(document.getElementById(${JSON.stringify(PAGE_DECK_ID)}).textContent)`
  const deck = await useDeck(options.entry).current()
  const { steps } = await deckOfSteps(options.entry)
  const slidesOf = (id: string): number[] | undefined => deck.steps.find(step => step.id === id)?.slides
  const told = pageDeckOf({ ...deck, steps: steps.map(step => ({ ...step, slides: slidesOf(step.id) ?? step.slides })) })
  const values = {
    ...told,
    recordCommand: options.mode === 'dev' ? told.recordCommand : '',
    plan: flavour === 'audience' ? [] : told.plan,
    flavour,
  }
  const module = Object.entries(values).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}`).join('\n')
  return presenting()?.author ? `${module}\n${KEEPS_HASHES}` : module
}

/** What loads the recordings of the steps. */
async function recordingsModule(options: ResolvedSlidevOptions): Promise<string> {
  if (isStageBuild(options))
    return `import { steps } from ${JSON.stringify(DECK)}\nexport const recordings = Object.fromEntries(steps.map(({ id }) => [id, () => fetch(${JSON.stringify(RECORDINGS_PATH)} + id).then(answer => answer.status === 404 ? null : answer.json())]))`
  // What the audience's own devices show is what ran.
  const { steps } = isRemoteBuild(options) ? { steps: [] } : await deckOfSteps(options.entry)
  const entries = steps.map(step => `${JSON.stringify(step.id)}: () => import(${JSON.stringify(RECORDING + step.id)}).then(m => m.default)`)
  return `export const recordings = {\n${entries.join(',\n')}\n}`
}

/** What lets a page come in full although the network is cut while it loads. */
function loadingPlugin(options: ResolvedSlidevOptions): Plugin {
  // Slidev serves and builds this page without the hooks for HTML.
  options.utils.indexHtml = addComeback(options.mode === 'export' ? addHold(options.utils.indexHtml) : options.utils.indexHtml)
  return {
    name: 'kamishibai:loading',
    config: (_, { command }) => command === 'build'
      ? {
          // A style sheet that a slide's module waits for is not asked for again when it did not come.
          build: { cssCodeSplit: false, rolldownOptions: { checks: { pluginTimings: false } } },
          // Without the list of some five hundred parts of fonts.
          logLevel: 'warn',
        }
      : {},
  }
}

export default (options: ResolvedSlidevOptions): Plugin[] => {
  const remote = isRemoteBuild(options)
  if (remote)
    stripForRemote(options)
  return [
    ...(remote ? [remoteFlagsPlugin()] : []),
    ...(isStageBuild(options) ? [stagePlugin(options)] : []),
    ...(isOneFileBuild(options) ? [oneFilePlugin()] : []),
    servicePlugin(options),
    modulesPlugin(options),
    loadingPlugin(options),
    missingPicturesPlugin(),
    slideErrorsPlugin(options),
  ]
}
