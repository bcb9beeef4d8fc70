import { defineAppSetup } from '@slidev/types'
import { takeToken } from '../components/useToken.ts'

// At import: Slidev's router drops the fragment at its first redirect.
takeToken()

export default defineAppSetup(() => {})
