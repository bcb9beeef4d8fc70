/** In sessionStorage: how often the page was loaded anew because a part of it did not come; gone once it runs. */
export const RELOADS = 'kamishibai.reloads'

const MOST = 20
/** Before the first try, and how much longer each waits than the one before, in ms. */
const PAUSE = 300

// Plain script, before all modules: it must work when none of them came.
const SCRIPT = `addEventListener('error', function (event) {
  var part = event.target
  if (part && part.tagName === 'LINK' && part.rel === 'stylesheet')
    askAgain(part, Number(part.dataset.tries || 0))
  else if (part && part.tagName === 'SCRIPT' && !document.getElementById('app').childElementCount)
    loadAnew(Number(sessionStorage.getItem('${RELOADS}')))
}, true)
function askAgain(sheet, tries) {
  if (tries < ${MOST})
    setTimeout(function () {
      var again = sheet.cloneNode()
      again.dataset.tries = tries + 1
      sheet.replaceWith(again)
    }, ${PAUSE} * (tries + 1))
}
function loadAnew(tries) {
  if (tries >= ${MOST})
    return
  sessionStorage.setItem('${RELOADS}', tries + 1)
  setTimeout(function () { location.reload() }, ${PAUSE} * (tries + 1))
}`

/**
 * Lets a page whose own script did not come load anew, instead of staying blank. Once it runs, modules are asked for
 * again where
 * they are imported. A style sheet is asked for again here: nothing else would, and the page goes on meanwhile.
 */
export function addComeback(html: string): string {
  return html.replace('<head>', `<head>\n<script>(function () { ${SCRIPT} })()</script>`)
}
