import type { TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

/**
 * What stops the API server, freezes etcd or cuts a node: the controllers of the cluster take minutes to count quotas
 * again.
 */
const DISTURBING = /\/tests\/kubernetes\/(?:api\/(?:control-plane|lost|watch)|lost|node)\.test\.ts$/

/** Runs what disturbs others last, and the files of projects that run side by side in turn. */
class InTurn extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = (await super.sort(files)).toSorted(
      (a, b) => Number(DISTURBING.test(a.moduleId)) - Number(DISTURBING.test(b.moduleId)),
    )
    const counts = new Map<string, number>()
    const places = new Map(sorted.map((file) => {
      const place = counts.get(file.project.name) ?? 0
      counts.set(file.project.name, place + 1)
      return [file, place]
    }))
    return sorted.toSorted((a, b) => places.get(a)! - places.get(b)!)
  }
}

/** What looks at all that is on an engine, or takes away what dead sessions left there. */
const WHOLE_ENGINE = ['build', 'sweep', 'watchdog', 'guard/actions'].map(name => `tests/docker/${name}.test.ts`)

/** What is waited for comes later where others compute. */
const PATIENT = { poll: { timeout: 20_000 } }

/** For real engines and real browsers, on machines that may be slow. */
const SLOW = { testTimeout: 120_000, hookTimeout: 300_000, expect: PATIENT }

export default defineConfig({
  test: {
    sequence: { sequencer: InTurn },
    reporters: ['default', './tests/engines/overview.ts'],
    // One group after the other. From 1: the group 0 would come last where there are two processors.
    projects: [
      // No programs, no sockets: many files share a thread and what it has imported. Property tests take long where
      // others compute.
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], setupFiles: ['tests/unit/_in-process.ts'], pool: 'threads', isolate: false, maxWorkers: '100%', testTimeout: 60_000, sequence: { groupOrder: 1 } } },
      // What starts the command or listens.
      { test: { name: 'process', include: ['tests/process/**/*.test.ts', 'tests/contract/local.test.ts'], maxWorkers: '100%', testTimeout: 60_000, expect: PATIENT, sequence: { groupOrder: 2 } } },
      // A real engine: files have names and ports of their own, and mostly wait.
      { test: { name: 'docker', include: ['tests/docker/**/*.test.ts', 'tests/contract/docker.test.ts'], exclude: WHOLE_ENGINE, globalSetup: ['tests/engines/docker.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 3 } } },
      // A real virtual machine.
      { test: { name: 'vm', include: ['tests/vm/**/*.test.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 3 } } },
      { test: { name: 'docker-alone', include: WHOLE_ENGINE, globalSetup: ['tests/engines/docker.ts'], fileParallelism: false, ...SLOW, sequence: { groupOrder: 4 } } },
      // A real browser, on decks that are presented, built and exported.
      { test: { name: 'browser', include: ['tests/browser/**/*.test.ts'], globalSetup: ['tests/engines/sites.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 5 } } },
      // The package as somebody installs it elsewhere: minutes of a registry, beside the one before.
      { test: { name: 'package', include: ['tests/package/**/*.test.ts'], maxWorkers: 2, testTimeout: 300_000, hookTimeout: 600_000, sequence: { groupOrder: 5 } } },
      // A real API server without nodes: lighter, for what needs no more. It waits for control loops, as the cluster
      // beside it does.
      { test: { name: 'kubernetes-api', include: ['tests/kubernetes/api/**/*.test.ts'], globalSetup: ['tests/engines/control-plane.ts'], setupFiles: ['tests/engines/needed.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 6 } } },
      // A real cluster: where there is none, the first run of a machine builds Kubernetes, beside the projects before.
      { test: { name: 'kubernetes', include: ['tests/kubernetes/*.test.ts', 'tests/contract/kubernetes.test.ts'], globalSetup: ['tests/engines/kubernetes.ts'], setupFiles: ['tests/engines/needed.ts'], maxWorkers: 2, ...SLOW, sequence: { groupOrder: 6 } } },
    ],
  },
})
