import type { TestSpecification } from 'vitest/node'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

/** The files that take a minute and more, dearest first: one at the end of its group keeps all else waiting. */
const DEAREST = [
  'package/install',
  'browser/export',
  'kubernetes/cluster',
  'kubernetes/own-cluster',
  'docker/endings',
  'contract/kubernetes',
  'browser/stage',
  'browser/views',
  'browser/looks',
  'browser/export-blank',
  'browser/site',
  'browser/changes',
  'process/cli/commands/init',
  'docker/killed',
  'contract/docker',
  'contract/local',
].map(name => `tests/${name}.test.ts`)

/** The dearest files begin first; projects that run side by side begin and end together. */
class SideBySide extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      (DEAREST.findIndex(name => moduleId.endsWith(name)) + 1) || Number.POSITIVE_INFINITY
    const sorted = (await super.sort(files)).toSorted((a, b) => place(a) === place(b) ? 0 : place(a) - place(b))
    const projects = Map.groupBy(sorted, ({ project }) => project)
    const places = new Map([...projects.values()].flatMap(own => own.map((file, i) => [file, i / own.length])))
    return sorted.toSorted((a, b) => places.get(a)! - places.get(b)!)
  }
}

/** What stops the API server, freezes etcd or cuts a node: nobody else may use the cluster meanwhile. */
const DISTURBING = ['control-plane', 'lost', 'watch'].map(name => `tests/kubernetes/api/${name}.test.ts`)
const DISTURBING_NODES = ['cut', 'lost', 'node'].map(name => `tests/kubernetes/${name}.test.ts`)

/** What looks at all that is on an engine, or takes away what dead sessions left there. */
const WHOLE_ENGINE = ['build', 'sweep', 'watchdog', 'guard/actions'].map(name => `tests/docker/${name}.test.ts`)

/** What needs a current engine, with BuildKit and its clients: `tests/engines/current/with.sh` brings one up. */
const CURRENT_ENGINE = 'tests/docker/current/*.test.ts'

/** What is waited for comes later where others compute. */
const PATIENT = { poll: { timeout: 20_000 } }

/** For real engines and real browsers, on machines that may be slow. */
const SLOW = { testTimeout: 120_000, hookTimeout: 300_000, expect: PATIENT }

/**
 * The same Chromium without its windows, where it is installed: each page takes a tenth of the processor time, for the
 * panes around it are pages too.
 */
const SHELL = '/usr/bin/chromium-headless-shell'
const BROWSER: Record<string, string>
  = !process.env.KAMISHIBAI_BROWSER && existsSync(SHELL) ? { KAMISHIBAI_BROWSER: SHELL } : {}

export default defineConfig({
  test: {
    sequence: { sequencer: SideBySide },
    reporters: ['default', './tests/engines/overview.ts'],
    // One group after the other. From 1: the group 0 would come last where there are two processors.
    projects: [
      // No programs, no sockets: many files share a thread and what it has imported. Property tests take long where
      // others compute.
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], setupFiles: ['tests/unit/_in-process.ts'], pool: 'threads', isolate: false, maxWorkers: '100%', testTimeout: 60_000, sequence: { groupOrder: 1 } } },
      // What starts the command or listens.
      { test: { name: 'process', include: ['tests/process/**/*.test.ts', 'tests/contract/local.test.ts'], maxWorkers: '100%', testTimeout: 60_000, expect: PATIENT, sequence: { groupOrder: 2 } } },
      // A real engine: files have names and ports of their own. What counts seconds has no others beside it.
      { test: { name: 'docker', include: ['tests/docker/**/*.test.ts', 'tests/contract/docker.test.ts'], exclude: [...WHOLE_ENGINE, ...process.env.KAMISHIBAI_CURRENT_ENGINE ? [] : [CURRENT_ENGINE]], globalSetup: ['tests/engines/docker.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 3 } } },
      // A real virtual machine.
      { test: { name: 'vm', include: ['tests/vm/**/*.test.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 3 } } },
      { test: { name: 'docker-alone', include: WHOLE_ENGINE, globalSetup: ['tests/engines/docker.ts'], fileParallelism: false, ...SLOW, sequence: { groupOrder: 4 } } },
      // A real browser, on decks that are presented, built and exported.
      { test: { name: 'browser', include: ['tests/browser/**/*.test.ts'], globalSetup: ['tests/engines/sites.ts'], env: BROWSER, maxWorkers: 2, ...SLOW, sequence: { groupOrder: 5 } } },
      // The package as somebody installs it elsewhere: minutes of a registry, beside the one before.
      { test: { name: 'package', include: ['tests/package/**/*.test.ts'], env: BROWSER, maxWorkers: 2, testTimeout: 300_000, hookTimeout: 600_000, sequence: { groupOrder: 5 } } },
      // A real API server without nodes: lighter, for what needs no more. It waits for control loops, as the cluster
      // beside it does: more files at once than there are processors.
      { test: { name: 'kubernetes-api', include: ['tests/kubernetes/api/**/*.test.ts'], exclude: DISTURBING, globalSetup: ['tests/engines/control-plane.ts'], setupFiles: ['tests/engines/needed.ts'], maxWorkers: 4, ...SLOW, sequence: { groupOrder: 6 } } },
      // A real cluster: where there is none, the first run of a machine builds Kubernetes, beside the projects before.
      { test: { name: 'kubernetes', include: ['tests/kubernetes/*.test.ts', 'tests/contract/kubernetes.test.ts'], exclude: DISTURBING_NODES, globalSetup: ['tests/engines/kubernetes.ts'], setupFiles: ['tests/engines/needed.ts'], maxWorkers: 4, ...SLOW, sequence: { groupOrder: 6 } } },
      // The same two, each with one file at a time.
      { test: { name: 'kubernetes-api-alone', include: DISTURBING, globalSetup: ['tests/engines/control-plane.ts'], setupFiles: ['tests/engines/alone.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 7 } } },
      { test: { name: 'kubernetes-alone', include: DISTURBING_NODES, globalSetup: ['tests/engines/kubernetes.ts'], setupFiles: ['tests/engines/alone.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 7 } } },
    ],
  },
})
