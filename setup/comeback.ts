/** In sessionStorage: how often the page was loaded anew because a part of it did not come; gone once it runs. */
export const RELOADS = 'kamishibai.reloads'

const MOST = 20
/** Before the first try, and how much longer each waits than the one before, in ms. */
const PAUSE = 300

// Plain script, before all modules: it must work when none of them came.
const SCRIPT = `addEventListener('error', function (event) {
  var part = event.target
  var isSheet = part && part.tagName === 'LINK' && part.rel === 'stylesheet'
  if (!isSheet && !(part && part.tagName === 'SCRIPT'))
    return
  var runs = document.getElementById('app').childElementCount
  var tries = Number(runs ? part.dataset.tries || 0 : sessionStorage.getItem('${RELOADS}'))
  if (tries >= ${MOST} || (runs && !isSheet))
    return
  if (!runs)
    sessionStorage.setItem('${RELOADS}', tries + 1)
  setTimeout(function () {
    if (!runs)
      return location.reload()
    var again = part.cloneNode()
    again.dataset.tries = tries + 1
    part.replaceWith(again)
  }, ${PAUSE} * (tries + 1))
}, true)`

/**
 * Lets a page whose own script or style sheet did not come load anew, instead of staying blank. Once the page runs, its modules
 * are asked for again where they are imported, and a style sheet here: nothing else would ask for it.
 */
export function addComeback(html: string): string {
  return html.replace('<head>', `<head>\n<script>${SCRIPT}</script>`)
}
