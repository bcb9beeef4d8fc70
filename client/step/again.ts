import type { ShallowRef } from 'vue'
import type { Recording } from '../../runners/protocol/recording.ts'
import type { RunInfo } from '../../runners/protocol/wire.ts'
import type { ClientRun, Schedule } from '../session/clientRun.ts'
import { shallowRef } from 'vue'
import { createClientRun } from '../session/clientRun.ts'

const SPEED = 0.25

/** A run shown once more from its log, at a time of its own. */
export interface Again {
  step: string
  /** The run as it was at {@link at}; a new one whenever the time goes back. */
  run: ShallowRef<ClientRun>
  /** Where it is, in ms of the run. */
  at: ShallowRef<number>
  duration: number
  playing: ShallowRef<boolean>
  seek: (ms: number) => void
  toggle: () => void
  end: () => void
}

export interface AgainOptions {
  /** @default 0.25 */
  speed?: number
  now?: () => number
  /** Calls back at the next frame. */
  schedule?: Schedule
}

/** Plays `recording` of the run `info` from its beginning; the session goes on meanwhile. */
export function createAgain(recording: Recording, info: RunInfo, options: AgainOptions = {}): Again {
  const {
    speed = SPEED,
    now = () => performance.now(),
    schedule = callback => requestAnimationFrame(callback),
  } = options
  const { cols, rows, events } = recording
  const duration = events.at(-1)?.at ?? 0
  const begin = (): ClientRun => createClientRun({ ...info, cols, rows }, options.schedule)
  const run = shallowRef(begin())
  const at = shallowRef(0)
  const playing = shallowRef(true)
  let next = 0
  let last = now()
  let ended = false

  function goTo(ms: number): void {
    if (ms < at.value) {
      run.value.dispose()
      run.value = begin()
      next = 0
    }
    at.value = Math.min(Math.max(ms, 0), duration)
    while (next < events.length && events[next]!.at <= at.value)
      run.value.apply(events[next++]!)
  }

  function tick(): void {
    if (ended)
      return
    const time = now()
    if (playing.value)
      goTo(at.value + (time - last) * speed)
    last = time
    if (at.value >= duration)
      playing.value = false
    schedule(tick)
  }
  tick()

  return {
    step: info.step,
    run,
    at,
    duration,
    playing,
    seek: goTo,
    toggle() {
      if (!playing.value && at.value >= duration)
        goTo(0)
      playing.value = !playing.value
    },
    end() {
      ended = true
      run.value.dispose()
    },
  }
}

/** What a window shows again now, if anything. */
export interface AgainSlot {
  current: Readonly<ShallowRef<Again | undefined>>
  /** Shows it in place of what was shown again before. */
  show: (again: Again) => void
  end: () => void
}

/** A window that shows nothing again. */
export function createAgainSlot(): AgainSlot {
  const current = shallowRef<Again>()
  const end = (): void => {
    current.value?.end()
    current.value = undefined
  }
  return {
    current,
    end,
    show(again) {
      end()
      current.value = again
    },
  }
}
