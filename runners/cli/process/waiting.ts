import process from 'node:process'
import { unicodeOr } from '@clack/prompts'

const WIDTH = 24
const [FULL, EMPTY] = [unicodeOr('█', '#'), unicodeOr('░', '-')]

/**
 * Says on standard error how far something long is: a bar that stays on its line at a terminal, else a line a stage.
 */
export interface Waiting {
  /** `done` of `total`, where it is known. */
  tell: (label: string, done?: number, total?: number) => void
  /** Takes the bar away. */
  end: () => void
}

/**
 * A bar on `to`, with the time that the stage has taken so far: what is slow must not look dead. The bar of
 * @clack/prompts takes the keyboard and ends the process at Ctrl-C, when a command still has to clean up.
 */
export function createWaiting(to: NodeJS.WriteStream = process.stderr, now: () => number = Date.now): Waiting {
  let last: { label: string, done?: number, total?: number, since: number } | undefined
  let timer: NodeJS.Timeout | undefined

  function draw(): void {
    const { label, done, total, since } = last!
    const seconds = Math.round((now() - since) / 1000)
    to.write(`\r\x1B[K${formatBar(done, total)}${label}${seconds > 2 ? `  ${seconds} s` : ''}`)
  }

  return {
    tell(label, done, total) {
      if (last?.label === label && last.done === done)
        return
      last = { label, done, total, since: last?.label === label ? last.since : now() }
      if (!to.isTTY)
        return void to.write(`${label}${total ? ` (${(done ?? 0) + 1} of ${total})` : ''}\n`)
      draw()
      timer ??= setInterval(draw, 1000)
    },
    end() {
      clearInterval(timer)
      timer = undefined
      if (last && to.isTTY)
        to.write('\r\x1B[K')
      last = undefined
    },
  }
}

function formatBar(done = 0, total = 0): string {
  if (!total)
    return ''
  const full = Math.round(WIDTH * Math.min(1, done / total))
  return `${FULL.repeat(full)}${EMPTY.repeat(WIDTH - full)}  ${done}/${total}  `
}
