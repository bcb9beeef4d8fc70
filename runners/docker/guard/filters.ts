import { forbidden, malformed } from './refusal.ts'
import { asObject } from './shape.ts'

/** Filters of a list: values by name. All of `label` must hold, one of any other. */
export type Filters = Record<string, string[]>

/** Reads filters in either of the forms that clients write, and checks their names. */
export function readFilters(text: string, known: readonly string[], step: string): Filters {
  if (!text)
    return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  }
  catch {
    throw malformed('the filters are no JSON')
  }
  return Object.fromEntries(Object.entries(asObject(value, 'filters')).map(([name, values]) => {
    if (!known.includes(name))
      throw forbidden(`the filter ${JSON.stringify(name)}, which it does not know here`, `unguarded:${step}`)
    const texts = Array.isArray(values) ? values as unknown[] : Object.keys(asObject(values, `filters.${name}`))
    if (!texts.every(item => typeof item === 'string'))
      throw malformed(`the filter ${name} is no list of texts`)
    return [name, texts]
  }))
}

/** Writes filters as engines since 1.10 read them. */
export function formatFilters(filters: Filters): string {
  return JSON.stringify(Object.fromEntries(Object.entries(filters).map(([name, values]) =>
    [name, Object.fromEntries(values.map(value => [value, true]))])))
}

/** The filters, and one more label. */
export function withLabel(filters: Filters, label: string): Filters {
  return { ...filters, label: [...filters.label ?? [], label] }
}
