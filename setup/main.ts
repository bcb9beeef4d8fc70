import { isBounce } from '../components/useBounce.ts'
import { signRequests, takeToken } from '../components/useToken.ts'

// At import: Slidev's router drops the fragment at its first redirect.
takeToken()
signRequests()
// The button for *next* is a press like any other.
window.addEventListener('click', (event) => {
  if (isBounce() && (event.target as Element).closest('[title="Go to next slide"]'))
    event.stopPropagation()
}, { capture: true })

export default (): void => {}
