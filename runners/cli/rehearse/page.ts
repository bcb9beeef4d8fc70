import type { Rehearsal } from './rehearsal.ts'
import { minutes } from '../../protocol/minutes.ts'

const TEXTS = {
  en: { heading: 'Rehearsal', slide: 'Slide', planned: 'Planned', actual: 'Actual', off: '+/−', all: 'All', before: 'Before', count: (n: number) => n === 1 ? '1 slide' : `${n} slides` },
  ja: { heading: 'リハーサル', slide: 'スライド', planned: '予定', actual: '実際', off: '差', all: '合計', before: 'これまで', count: (n: number) => `${n} 枚` },
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #8885; font-variant-numeric: tabular-nums }
th:nth-child(2), td:nth-child(2) { text-align: left }
td:last-child { width: 30%; min-width: 8rem }
svg { display: block; width: 100%; height: 1rem }
.planned { fill: #8886 } .actual { fill: #2b7de9 } .late { fill: #c2410c }
tfoot td { font-weight: bold }`

/** A rehearsal as a page of its own, with a bar for each slide and the earlier rehearsals below. */
export function toPage(report: Rehearsal, before: Rehearsal[], lang: string): string {
  const texts = lang.startsWith('ja') ? TEXTS.ja : TEXTS.en
  const longest = Math.max(1, ...report.slides.flatMap(({ plannedMs, actualMs }) => [plannedMs, actualMs]))
  const rows = report.slides.map(({ no, title, plannedMs, actualMs }) => `<tr><td>${no}</td><td>${escapeHtml(title)}</td>${times(plannedMs, actualMs, report.plannedMs > 0)}<td>${bar(plannedMs / longest, actualMs / longest, report.plannedMs > 0)}</td></tr>`)
  const earlier = before.map(({ at, slides, plannedMs, actualMs }) => `<tr><td></td><td>${day(at)}, ${texts.count(slides.length)}</td>${times(plannedMs, actualMs)}<td></td></tr>`)
  return `<!doctype html>
<html lang="${escapeHtml(lang)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(report.title)}: ${texts.heading}</title>
<style>${STYLE}</style>
<h1>${escapeHtml(report.title)}</h1>
<p>${texts.heading}, ${day(report.at)}</p>
<table>
<thead><tr><th>#</th><th>${texts.slide}</th><th>${texts.planned}</th><th>${texts.actual}</th><th>${texts.off}</th><th></th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
<tfoot><tr><td></td><td>${texts.all}</td>${times(report.plannedMs, report.actualMs)}<td></td></tr></tfoot>
</table>
${earlier.length ? `<h2>${texts.before}</h2>\n<table>\n${earlier.join('\n')}\n</table>\n` : ''}</html>
`
}

/** Without a plan there is nothing to be late against. */
function times(planned: number, actual: number, hasPlan = planned > 0): string {
  const off = `${actual > planned ? '+' : ''}${minutes(actual - planned)}`
  return [hasPlan ? minutes(planned) : '', minutes(actual), hasPlan ? off : ''].map(text => `<td>${text}</td>`).join('')
}

function bar(planned: number, actual: number, hasPlan: boolean): string {
  const width = (share: number): string => `${(share * 100).toFixed(1)}%`
  return `<svg aria-hidden="true"><rect class="planned" width="${width(planned)}" height="100%"/><rect class="actual${hasPlan && actual > planned ? ' late' : ''}" y="30%" width="${width(actual)}" height="40%"/></svg>`
}

function day(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`)
}
