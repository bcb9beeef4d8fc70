/** A folder's imports. It may always import itself, and Node's own modules unless it runs in browsers. */
interface Room {
  /** Our other folders. */
  rooms: string[]
  packages: string[]
  /** It runs in browsers, and therefore imports nothing of Node. */
  browser?: true
}

/** Who may import whom: the one table of it. An SDK stays in the one runner that speaks it. */
export const ROOMS: Record<string, Room> = {
  'runners/protocol': { rooms: [], packages: ['zod'], browser: true },
  'runners/deck': {
    rooms: ['runners/protocol'],
    packages: ['@comark/markdown-it', '@mdit-vue/plugin-component', '@slidev/parser', '@slidev/types', 'markdown-exit', 'markdown-it-footnote', 'vue', 'yaml', 'zod'],
  },
  'runners/replay': { rooms: ['runners/protocol'], packages: [], browser: true },
  'runners/shell': { rooms: ['runners/protocol'], packages: ['@lydell/node-pty'] },
  'runners/docker': { rooms: ['runners/protocol'], packages: ['dockerode', 'tar-stream'] },
  'runners/http': { rooms: ['runners/protocol'], packages: [] },
  'runners/kubernetes': { rooms: ['runners/protocol'], packages: ['@kubernetes/client-node', 'ws', 'yaml'] },
  'runners/service': { rooms: ['runners/protocol', 'runners/deck', 'runners/replay'], packages: ['ws', 'zod'] },
  'runners/cli': {
    rooms: ['runners/protocol', 'runners/deck', 'runners/service'],
    packages: ['@clack/prompts', '@slidev/cli', '@slidev/types', 'uqr', 'yaml', 'yargs'],
  },
  'client': {
    rooms: ['runners/protocol', 'runners/replay'],
    packages: ['vue', '@slidev/client', '@vueuse/core', '@xterm/xterm', '@fontsource/m-plus-1-code', 'uqr', 'virtual:kamishibai'],
    browser: true,
  },
  'components': { rooms: ['runners/protocol', 'client'], packages: ['vue', 'virtual:kamishibai'], browser: true },
  'layouts': { rooms: ['client'], packages: [], browser: true },
  'setup': {
    rooms: ['runners/protocol', 'runners/deck', 'runners/service', 'client', 'components'],
    packages: ['markdown-exit', 'vue', 'vite', 'virtual:kamishibai', '@slidev/client', '@slidev/types'],
  },
}

/** Files that may use more packages than their room. */
export const PACKAGES_OF_FILES: Record<string, string[]> = {
  'runners/protocol/screen.ts': ['@xterm/headless', '@xterm/addon-serialize'],
  'runners/protocol/xterm-headless.d.ts': ['@xterm/headless'],
  'runners/typescript.mjs': ['jiti'],
  'runners/cli/export/blank-pages.ts': ['@cantoo/pdf-lib'],
  'runners/cli/export/notes.ts': ['markdown-exit', 'shiki', '@cantoo/pdf-lib', '@fontsource/noto-sans-jp'],
  'runners/cli/export/pdf-links.ts': ['@cantoo/pdf-lib'],
  'runners/cli/slidev/slidev.ts': ['playwright-chromium'],
}

/** Imports that cross the table, each with its reason; `from` and `to` are beginnings of paths. */
export const CROSSINGS: { from: string, to: string, why: string }[] = [
  { from: 'runners/service/session/registry.ts', to: 'runners/', why: 'the one registry knows the runners' },
  { from: 'runners/cli/', to: 'runners/kubernetes/cluster/', why: 'a command makes clusters, outside of any session' },
  { from: 'runners/', to: 'runners/typescript.mjs', why: 'it loads our own TypeScript' },
]

/** Packages that are imported and that our package.json does not name. */
export const BROUGHT_BY_OTHERS: Record<string, string> = {
  '@slidev/client': 'Slidev resolves it to its own copy',
  '@slidev/types': 'only types are taken from it, which are erased',
  'vite': 'Slidev brings it; shipped files take only types from it',
  'playwright-chromium': 'export loads the deck\'s own, and says how to install it where there is none',
}

/** Packages that our package.json names although nothing imports them. */
export const NEEDED_WITHOUT_IMPORT: Record<string, string> = {
  'node': 'npm scripts run on it where the machine\'s Node is too old for Slidev',
  'asciinema-player': 'a browser test serves its files, and plays a recording in it',
  'eslint': 'npm run lint',
  'vue-tsc': 'npm run typecheck',
}
