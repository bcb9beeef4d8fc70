/** In sessionStorage: how often the page was loaded anew because a part of it did not come; gone once it runs. */
export const RELOADS = 'kamishibai.reloads'

const MOST = 20
/** Before the first reload, and how much longer each waits than the one before, in ms. */
const PAUSE = 300

// Plain script, before all modules: it must work when none of them came.
const SCRIPT = `addEventListener('error', function (event) {
  var part = event.target
  var ours = part && (part.tagName === 'SCRIPT' || (part.tagName === 'LINK' && part.rel === 'stylesheet'))
  var reloads = Number(sessionStorage.getItem('${RELOADS}'))
  if (!ours || document.getElementById('app').childElementCount || reloads >= ${MOST})
    return
  sessionStorage.setItem('${RELOADS}', reloads + 1)
  setTimeout(function () { location.reload() }, ${PAUSE} * (reloads + 1))
}, true)`

/** Lets a page whose own script or style sheet did not come load anew, instead of staying blank. */
export function addComeback(html: string): string {
  return html.replace('<head>', `<head>\n<script>${SCRIPT}</script>`)
}
