/**
 * The address of a page whose routes stand in the fragment, for one that was opened by its path, as `present` prints
 * it: `/presenter/3` below the base `/` becomes `/#/presenter/3`. An address that names no page stays as it is.
 */
export function toHashRoute({ pathname, search, hash }: Pick<Location, 'pathname' | 'search' | 'hash'>, base: string): string {
  const route = pathname.startsWith(base) ? pathname.slice(base.length) : ''
  return route && !hash ? `${base}#/${route}${search}` : pathname + search + hash
}
