import type { Deck } from '../../deck/deck.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Moment, Step } from '../../protocol/step.ts'
import { timeOf } from '../../protocol/moment.ts'
import { drawLog } from '../../protocol/screen.ts'
import { readRecording } from '../../service/store/recordings.ts'

/** A result as text at one moment of its recording. */
export interface TextFrame { caption: string, text: string }

/** What a recorded step shows as text, and how long it took. */
export interface TextResult { frames: TextFrame[], durationMs: number }

/** Reads the recorded results of a deck's steps as text; a step without a recording has none. */
export async function readResults(deck: Deck): Promise<Map<string, TextResult>> {
  const results = new Map<string, TextResult>()
  for (const step of deck.steps) {
    const recording = await readRecording(deck, step.id).catch(() => undefined)
    if (recording)
      results.set(step.id, { frames: await framesOf(step, recording), durationMs: recording.header.durationMs })
  }
  return results
}

/** The moments that paper shows; output mostly grows, and one that begins a later one says nothing of its own. */
async function framesOf(step: Step, recording: Recording): Promise<TextFrame[]> {
  const frames: TextFrame[] = []
  for (const moment of step.print) {
    const at = timeOf(moment, recording.events)
    const screen = await drawLog(recording, moment.type === 'end' ? undefined : at)
    const text = screen.text().split('\n').map(line => line.trimEnd()).join('\n').trim()
    screen.dispose()
    frames.push({ caption: captionOf(moment, at), text })
  }
  return frames.filter(({ text }, i) => text && !frames.slice(i + 1).some(later => later.text.startsWith(text)))
}

function captionOf(moment: Moment, at: number): string {
  const time = `${(at / 1000).toFixed(1)} s`
  return moment.type === 'marker' ? `${moment.label} (${time})` : time
}
