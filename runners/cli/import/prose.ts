/** Tags that a browser knows; any other would be a component of Vue's. */
const TAGS = /^(?:[abipqsu]|abbr|blockquote|br|center|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|img|ins|kbd|li|mark|ol|picture|pre|samp|small|source|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|tt|ul|var|video)$/i
const RE_TAG = /<(\/?)([a-z][\w-]*)(?=[\s/>]|$)/gi
const RE_CODE = /(`+)(?:(?!\1).)+\1/g

/** A line of text as Slidev takes it: what Vue would read as its own stands for itself. */
export function proseLine(line: string): string {
  if (/^\s*(?:-{3,}|(?:- ){2,}-)\s*$/.test(line))
    return '***'
  return outsideCode(line, plain)
}

/** A line with what is no code in it mapped. */
export function outsideCode(line: string, map: (text: string) => string): string {
  let text = ''
  let at = 0
  for (const code of line.matchAll(RE_CODE)) {
    text += map(line.slice(at, code.index)) + code[0]
    at = code.index + code[0].length
  }
  return text + map(line.slice(at))
}

function plain(text: string): string {
  return text
    .replaceAll(RE_TAG, (tag, slash: string, name: string) => TAGS.test(name) ? tag : `&lt;${slash}${name}`)
    .replaceAll('{{', '<span v-pre>{{</span>')
}

/** The level and the text of a heading. */
export interface Heading { level: number, text: string }

/** A heading of a single line. */
export function headingOf(line: string): Heading | undefined {
  const [, marks, text] = /^(#{1,6})[ \t]+(.*?)[ \t]*#*$/.exec(line) ?? []
  return marks && text ? { level: marks.length, text } : undefined
}
