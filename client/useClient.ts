import { createGlobalState } from '@vueuse/core'
import { build, flavour, recordCommand, steps } from 'virtual:kamishibai/deck'
import { recordings } from 'virtual:kamishibai/recordings'
import { createClient } from './client.ts'

/** The client of this window, made at its first use. */
export const useClient = createGlobalState(() => createClient({ steps, recordCommand, flavour, build }, recordings))
