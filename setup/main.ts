import { signRequests, takeToken } from '../components/useToken.ts'

// At import: Slidev's router drops the fragment at its first redirect.
takeToken()
signRequests()

export default (): void => {}
