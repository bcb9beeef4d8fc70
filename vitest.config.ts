import type { TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

/** What stops the API server, freezes etcd or cuts a node: the controllers of the cluster take minutes to count quotas again. */
const DISTURBING = /\/tests\/kubernetes\/(?:api\/(?:control-plane|lost|watch)|lost|node)\.test\.ts$/

class DisturbingLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLast = ({ moduleId }: TestSpecification): number => Number(DISTURBING.test(moduleId))
    return (await super.sort(files)).toSorted((a, b) => isLast(a) - isLast(b))
  }
}

/** What decks are made into: it is looked at with patience, while other tests watch for moments. */
const MADE = ['html', 'looks', 'site'].map(name => `tests/browser/${name}.test.ts`)

export default defineConfig({
  test: {
    sequence: { sequencer: DisturbingLast },
    // One project after the other: engines, browsers and clusters would make each other late. From 1: the group 0 would come last where there are two processors.
    projects: [
      // No programs, no sockets: many files share a thread and what it has imported. Property tests take long where others compute.
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], setupFiles: ['tests/unit/_in-process.ts'], pool: 'threads', isolate: false, maxWorkers: '100%', testTimeout: 60_000, sequence: { groupOrder: 1 } } },
      // What starts the command or listens.
      { test: { name: 'process', include: ['tests/process/**/*.test.ts', 'tests/contract/local.test.ts'], maxWorkers: '100%', testTimeout: 30_000, sequence: { groupOrder: 1 } } },
      // A real engine and a real browser: one file at a time, on machines that may be slow.
      { test: { name: 'docker', include: ['tests/docker/**/*.test.ts', 'tests/contract/docker.test.ts'], globalSetup: ['tests/engines/docker.ts'], fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000, sequence: { groupOrder: 2 } } },
      // A real virtual machine.
      { test: { name: 'vm', include: ['tests/vm/**/*.test.ts'], testTimeout: 120_000, sequence: { groupOrder: 3 } } },
      { test: { name: 'browser', include: ['tests/browser/**/*.test.ts'], exclude: MADE, fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000, sequence: { groupOrder: 4 } } },
      { test: { name: 'made', include: MADE, maxWorkers: 2, testTimeout: 240_000, hookTimeout: 300_000, sequence: { groupOrder: 5 } } },
      // The package as somebody installs it elsewhere: minutes of a registry, beside the one before.
      { test: { name: 'package', include: ['tests/package/**/*.test.ts'], maxWorkers: 2, testTimeout: 300_000, hookTimeout: 600_000, sequence: { groupOrder: 5 } } },
      // A real API server without nodes: lighter, for what needs no more.
      { test: { name: 'kubernetes-api', include: ['tests/kubernetes/api/**/*.test.ts'], globalSetup: ['tests/engines/control-plane.ts'], setupFiles: ['tests/engines/needed.ts'], fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000, sequence: { groupOrder: 6 } } },
      // A real cluster: where there is none, the first run of a machine builds Kubernetes, beside the projects before.
      { test: { name: 'kubernetes', include: ['tests/kubernetes/*.test.ts', 'tests/contract/kubernetes.test.ts'], globalSetup: ['tests/engines/kubernetes.ts'], setupFiles: ['tests/engines/needed.ts'], fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000, sequence: { groupOrder: 7 } } },
    ],
  },
})
