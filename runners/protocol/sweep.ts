/** Something that sessions leave: an object of an engine, a process of a shell, a folder. */
export interface Removed {
  kind: string
  name: string
  session: string
  /** Where nothing else of the session had to be looked for: why. */
  reason?: string
}

/** What stays, and why. */
export interface Kept { kind: string, name: string, reason: string }

/** What a sweep did; the shape is the contract of `sweep --json`. */
export interface SweepReport { removed: Removed[], kept: Kept[] }

/** Which of the things that sessions left are to go. */
export interface SweepFilter {
  /** Only what this session left; of all sessions without. */
  session?: string
  /** Why something with these labels must stay; undefined if it is to go. */
  keep: (labels: Record<string, string>) => string | undefined
  /** Private folders of the sessions that are swept, by session: runners note there what no label tells. */
  folders: ReadonlyMap<string, string>
  /** Whether things are only named, as if they had been removed. */
  dryRun: boolean
}
