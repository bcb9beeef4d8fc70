/** How bad it is that a check fails: the talk is at risk, something will not be as planned, or good to know. */
export type Severity = 'risk' | 'warning' | 'info'

/** The result of one check; the shape is the contract of `doctor --json`. */
export interface Finding {
  id: string
  ok: boolean
  severity: Severity
  message: string
  /** What mends it, a sentence or a command. */
  fix?: string
}

/** All is well; `message` says what was found. */
export function fine(id: string, message: string): Finding {
  return { id, ok: true, severity: 'info', message }
}

const RANK: Record<Severity, number> = { risk: 0, warning: 1, info: 2 }

/** Worst first; what is well comes last, in the order of the checks. */
export function worstFirst(findings: Finding[]): Finding[] {
  const rank = ({ ok, severity }: Finding): number => ok ? 3 : RANK[severity]
  return findings.toSorted((a, b) => rank(a) - rank(b))
}
