import type { DeckInfo } from '../../../client/deckInfo.ts'
import type { RecordingText } from '../../../client/session/recordings.ts'
import type { TokenStore } from '../../../client/session/token.ts'
import type { Step } from '../../../runners/protocol/step.ts'
import { toStepView } from '../../../runners/protocol/step-view.ts'
import { step } from '../../_session.ts'

/** A deck whose page plays recordings. */
export function deckInfo(steps: [id: string, options?: Partial<Step>][], options: Partial<DeckInfo> = {}): DeckInfo {
  return { steps: steps.map(([id, own]) => toStepView(step(id, own))), recordCommand: 'kamishibai record talk.md --only', flavour: 'site', ...options }
}

/** The files of a recording that says `text` and exits at once. */
export function recordingText(id: string, text: string, fresh = true): RecordingText {
  const kamishibai = { step: id, hash: 'h', recordedAt: '2026-01-01T00:00:00.000Z', engines: {}, images: {}, durationMs: 100, phase: 'exited', expectations: [] }
  return {
    cast: [{ version: 3, term: { cols: 40, rows: 5 }, kamishibai }, [0.05, 'o', `${text}\r\n`], [0.05, 'x', '0']].map(line => `${JSON.stringify(line)}\n`).join(''),
    events: [[0, 'phase', { phase: 'running' }], [100, 'exit', { code: 0 }], [100, 'phase', { phase: 'exited', expectations: [] }]].map(line => `${JSON.stringify(line)}\n`).join(''),
    fresh,
  }
}

/** A window that was never given a token. */
export const noToken: TokenStore = {
  take: () => {},
  known: () => undefined,
  find: async () => undefined,
  later: () => new Promise(() => {}),
  share: () => {},
  drop: () => {},
}
