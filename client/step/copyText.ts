/** What copying needs of a window. */
export interface CopyWindow {
  navigator: { clipboard?: Pick<Clipboard, 'writeText'> }
  document: Document
}

/** Puts `text` on the clipboard; resolves with whether it is there. */
export async function copyText(text: string, { navigator, document }: CopyWindow): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text)
      return true
    }
  }
  catch {
    // A page in a frame may not, but a selection may.
  }
  return copySelected(text, document)
}

/** The old way, which also works where a page came over plain HTTP: browsers have no clipboard there. */
function copySelected(text: string, document: Document): boolean {
  const focused = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.style.cssText = 'position: fixed; inset: 0 auto auto 0; opacity: 0'
  document.body.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  ;(focused as HTMLElement | null)?.focus()
  return copied
}
