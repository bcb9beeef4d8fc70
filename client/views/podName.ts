const RE_POD = /^(.*-)([a-z0-9]{5})$/

/** A pod's name: `family` it shares with its sisters, `web-5d9c-`, and `own` tells it from them, `x7k2p`. */
export function splitName(name: string): { family: string, own: string } {
  const [, family = '', own = name] = RE_POD.exec(name) ?? []
  return { family, own }
}
