/** What the guard answers instead of the engine, in the engine's own form: a status and a sentence. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * The refusal of `what`; `grant` is what would allow it, as the headmatter says it. Older CLIs end it with a full stop
 * of their own.
 */
export function forbidden(what: string, grant?: string): Refusal {
  return new Refusal(403, `Kamishibai's guard refuses ${what}${grant ? `; to allow it, the deck's headmatter needs grants: ["${grant}"]` : ''}`)
}

/** A request that no engine would take either. */
export function malformed(message: string): Refusal {
  return new Refusal(400, message)
}

/** What the guard answers where something went wrong. */
export function toRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal(500, `Kamishibai's guard: ${(error as Error).message}`)
}

/** How engines say that there is no such object; objects of others are not there either. */
const NOT_FOUND = {
  container: (ref: string) => `No such container: ${ref}`,
  network: (ref: string) => `network ${ref} not found`,
  volume: (ref: string) => `get ${ref}: no such volume`,
  exec: (ref: string) => `No such exec instance: ${ref}`,
  plugin: (ref: string) => `plugin "${ref}" not found`,
} as const

/** The engine's own words for an object that the session does not have. */
export function notFound(kind: keyof typeof NOT_FOUND, ref: string): Refusal {
  return new Refusal(404, NOT_FOUND[kind](ref))
}
