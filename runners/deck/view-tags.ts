/** An attribute as it is written; `value` is undefined where it stands alone or is bound (`:steps`). */
export interface TagAttribute { name: string, value?: string, offset: number, valueOffset: number }

/** A tag of a view, or of what looks like one; offsets count in the text of the slide. */
export interface ViewTag { name: string, offset: number, attributes: TagAttribute[] }

const RE_TAG = /<(live[\w-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi
const RE_ATTRIBUTE = /([^\s"'<>/=]+)(?:(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'=<>`]+))?/g

/** The views in the text of a slide. */
export function viewTags(text: string): ViewTag[] {
  return [...text.matchAll(RE_TAG)].map(({ 1: written, 2: rest, index }) => {
    const start = index + 1 + written!.length
    return {
      name: pascal(written!),
      offset: index,
      attributes: [...rest!.matchAll(RE_ATTRIBUTE)].map(match => attributeOf(match, start)),
    }
  })
}

function attributeOf({ 1: name = '', 2: equals = '', 3: raw, index }: RegExpExecArray, start: number): TagAttribute {
  const offset = start + index
  const quoted = /^["']/.test(raw ?? '')
  const [bound] = /^(?::|v-bind:)/.exec(name) ?? ['']
  return {
    name: name.slice(bound.length),
    value: bound ? undefined : quoted ? raw!.slice(1, -1) : raw ?? '',
    offset,
    valueOffset: offset + name.length + equals.length + (quoted ? 1 : 0),
  }
}

/** `live-race` and `LiveRace` are the same component. */
function pascal(name: string): string {
  return name.includes('-') ? name.split('-').map(part => part.charAt(0).toUpperCase() + part.slice(1)).join('') : name
}
