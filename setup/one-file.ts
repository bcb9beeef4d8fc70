import type { ResolvedSlidevOptions } from '@slidev/types'
import type { Plugin } from 'vite'
import process from 'node:process'
import { flavourOf } from '../runners/protocol/flavour.ts'

/** Whether this builds the parts of a page that is to be one file. */
export function isOneFileBuild({ mode }: ResolvedSlidevOptions): boolean {
  return flavourOf(mode, process.env) === 'one-file'
}

/** Makes a build one script and one style sheet: a page from disk may load no modules. */
export function oneFilePlugin(): Plugin {
  return {
    name: 'kamishibai:one-file',
    apply: 'build',
    config: () => ({ build: { cssCodeSplit: false, modulePreload: false, emptyOutDir: true } }),
    // Slidev's own chunks are settled before an addon is asked.
    outputOptions: ({ manualChunks: _, ...options }) => ({ ...options, codeSplitting: false }),
  }
}
