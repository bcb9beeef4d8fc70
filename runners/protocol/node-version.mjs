// Plain JavaScript: a Node that is too old for the rest reads it.

/** The oldest Node that Slidev and kamishibai run with; package.json says the same. */
export const OLDEST_NODE = '22.12'

/** Whether a version of Node, as in `24.1.0`, is new enough. */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}
