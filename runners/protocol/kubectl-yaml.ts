/** What of a tag of the `yaml` package is looked at. */
interface Tag { tag?: string, format?: string, test?: RegExp }

/** Without a digit it is text; YAML 1.1 calls `e2`, `.` and `+.` numbers, which have no value. */
const RE_HAS_VALUE = '(?=[-+]?\\.?\\d)'

/**
 * The tags of YAML 1.1 as kubectl has them (goyaml.v2 `resolve.go`, of sigs.k8s.io/yaml): times are text, in the
 * calendar and in base 60, and so is a number without a digit. For `customTags` of the `yaml` package.
 */
export function tagsOfKubectl<T>(tags: T[]): T[] {
  return tags.flatMap((given) => {
    if (typeof given !== 'object' || given === null)
      return [given]
    const { tag, format, test } = given as Tag
    if (format === 'TIME' || tag?.endsWith(':timestamp'))
      return []
    const isDecimal = tag?.endsWith(':float') && test && !test.source.includes('inf')
    return [isDecimal ? { ...given, test: new RegExp(test.source.replace('^', `^${RE_HAS_VALUE}`)) } : given]
  })
}
