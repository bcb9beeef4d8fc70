import type { ComputedRef, ShallowRef } from 'vue'
import type { LogEvent } from '../../runners/protocol/event.ts'
import type { RunState } from '../../runners/protocol/fold.ts'
import type { Screen, ScreenLine } from '../../runners/protocol/screen.ts'
import type { RunInfo } from '../../runners/protocol/wire.ts'
import type { Display } from './displays.ts'
import { computed, shallowRef, triggerRef } from 'vue'
import { emptyRun, foldEvent } from '../../runners/protocol/fold.ts'
import { createScreen } from '../../runners/protocol/screen.ts'
import { createDisplays } from './displays.ts'

/** A run as a window knows it: its folded state and its screen, refreshed at most once per animation frame. */
export interface ClientRun {
  /** `n` is 0 for a recording that is only shown, not played. */
  info: ShallowRef<RunInfo>
  state: ShallowRef<RunState>
  /** What the screen shows. */
  lines: ComputedRef<ScreenLine[]>
  /** What has gone up out of it. */
  above: ComputedRef<Above>
  screen: Screen
  /** The last place in the log that was taken in. */
  seq: number
  /** Folds an event and draws its output; an event that was taken in before is ignored. */
  apply: (event: LogEvent) => void
  /** Shows the screen on a terminal of the page, too, with all that follows; returns what ends that. */
  attach: (display: Display) => () => void
  /** Draws output of a frame; resolves when all terminals have parsed it. */
  draw: (data: Uint8Array, seq: number, at: number) => Promise<void>
  /** Starts over from a state and a screen as the service folded them. */
  reset: (state: RunState, ansi: string, screenSeq: number) => void
  dispose: () => void
}

/** The rows above a screen. */
export interface Above { length: number, lines: Screen['linesAbove'] }

/** Calls back at the next animation frame, or soon where there are none. */
export type Schedule = (callback: () => void) => void

const nextFrame: Schedule = callback =>
  void (typeof requestAnimationFrame === 'function' ? requestAnimationFrame(callback) : setTimeout(callback, 0))

/** A run without events. */
export function createClientRun(info: RunInfo, schedule: Schedule = nextFrame): ClientRun {
  let scheduled = false
  let disposed = false
  const state = shallowRef(emptyRun())
  /** Counts what the screen, which changes in place, has new to draw. */
  const drawn = shallowRef(0)

  function changed(): void {
    if (scheduled || disposed)
      return
    scheduled = true
    schedule(() => {
      scheduled = false
      triggerRef(state)
      drawn.value++
    })
  }

  const displays = createDisplays(() => run.screen)
  const run: ClientRun = {
    info: shallowRef(info),
    state,
    lines: computed(() => {
      void drawn.value
      return run.screen.lines()
    }),
    above: computed(() => {
      void drawn.value
      return { length: run.screen.above(), lines: run.screen.linesAbove }
    }),
    screen: createScreen({ cols: info.cols, rows: info.rows }),
    seq: 0,
    attach: displays.attach,
    apply(event) {
      if (event.seq <= run.seq)
        return
      run.seq = event.seq
      // After a snapshot the state may be ahead of the screen.
      if (event.seq > state.value.seq)
        foldEvent(state.value, event)
      if (event.type === 'resize') {
        run.screen.resize(event.cols, event.rows)
        displays.resize(event.cols, event.rows, event.seq)
      }
      if (event.type === 'output') {
        run.screen.write(event.data, event.seq)
        void run.screen.settled().then(changed)
      }
      changed()
    },
    async draw(data, seq, at) {
      if (seq <= run.seq)
        return
      run.seq = seq
      if (seq > state.value.seq)
        Object.assign(state.value, { seq, at, outputLength: state.value.outputLength + data.length })
      const { screen } = run
      screen.write(data, seq)
      await Promise.all([screen.settled(), displays.write(data, seq)])
      changed()
    },
    reset(folded, ansi, screenSeq) {
      run.screen.dispose()
      run.screen = createScreen({ cols: folded.cols ?? info.cols, rows: folded.rows ?? info.rows })
      state.value = folded
      run.seq = screenSeq
      run.screen.write(ansi, screenSeq)
      // Not before: it is blank until then.
      void run.screen.settled().then(changed)
      displays.refill()
    },
    dispose() {
      disposed = true
      run.screen.dispose()
    },
  }
  return run
}
