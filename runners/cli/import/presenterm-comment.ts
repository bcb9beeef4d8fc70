import type { Reading } from './presenterm-reading.ts'
import { parse } from 'yaml'

/** Carries out what a comment tells presenterm to do. */
export function readComment(body: string, line: number, { slides, lost, renamed }: Reading): void {
  const [, name = '', rest = ''] = /^(\w+)\s*(?::([\s\S]*))?$/.exec(body) ?? []
  const value = rest.trim()
  /** What comes after a pause stays behind it, in another column too. */
  function endWithClicks(element: string, then = (): void => {}): void {
    const paused = slides.end(element).includes('click')
    then()
    if (paused)
      slides.open('click', '<v-after>', '</v-after>')
  }
  switch (name) {
    case 'end_slide':
      return slides.next()
    case 'pause':
      return slides.open('click', '<v-click>', '</v-click>')
    case 'speaker_note':
      return slides.note(noteOf(body))
    case 'jump_to_middle':
      return slides.set('layout', 'center')
    case 'skip_slide':
      return slides.set('hide', true)
    case 'newline':
    case 'new_line':
      return slides.write('', '<br>', '')
    case 'newlines':
    case 'new_lines':
      return slides.write('', '<br>'.repeat(Math.min(Number(value) || 1, 20)), '')
    case 'column_layout':
      endWithClicks('columns')
      return slides.open('columns', `<div class="grid gap-6" style="grid-template-columns: ${(value.match(/\d+/g) ?? ['1', '1']).map(part => `${part}fr`).join(' ')}">`, '</div>')
    case 'column':
      if (!slides.isOpen('columns'))
        return void lost.push({ line, what: 'a column without a column_layout' })
      return endWithClicks('column', () => slides.open('column', `<div style="grid-column: ${Number(value) + 1}; grid-row: 1">`, '</div>'))
    case 'reset_layout':
      return endWithClicks('columns')
    case 'snippet_output':
      return renamed.has(value) ? slides.write('', `<LiveOutput step="${renamed.get(value)}" />`, '') : void lost.push({ line, what: `the output of ${value}, which is no step`, hint: '<LiveOutput step="ID" /> shows the output of a step.' })
    case 'incremental_lists':
      return void (value === 'true' && lost.push({ line, what: 'incremental_lists', hint: 'Put the list between <v-clicks> and </v-clicks>.' }))
    case 'include':
      return void lost.push({ line, what: `include: ${value}`, hint: 'Import that file too, and name the deck in the frontmatter of a slide: src: ./FILE.md.' })
    case 'no_footer':
      return
    default:
      // Notes to oneself are nobody's business on a slide, and at its end Slidev would read them out.
      if (!/^(?:\/\/|comment:)/i.test(body))
        lost.push({ line, what: `the comment ${body.split('\n')[0]!.slice(0, 40)}` })
  }
}

function noteOf(body: string): string {
  try {
    return String((parse(body) as { speaker_note: unknown }).speaker_note).trim()
  }
  catch {
    return body.replace(/^speaker_note:\s*/, '')
  }
}
