/** What a step touches outside itself, as far as its text tells. */
export interface Touched { images: string[], ports: string[], hosts: string[], mounts: string[], namespaces: string[] }

/** Nothing touched. */
export function nothing(): Touched {
  return { images: [], ports: [], hosts: [], mounts: [], namespaces: [] }
}

/** All of `parts`, each thing once. */
export function together(parts: Touched[]): Touched {
  const all = nothing()
  for (const key of Object.keys(all) as (keyof Touched)[])
    all[key] = [...new Set(parts.flatMap(part => part[key]).filter(Boolean))]
  return all
}
