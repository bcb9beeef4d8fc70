import process from 'node:process'

/** What can be answered with one key: yes with `y`, no with `n`, Enter or Escape, and what else `keys` does. */
export interface KeyQuestion {
  question: string
  /** What a key shows before the question stands there again. */
  keys: Record<string, () => Promise<void>>
}

export type Answer = 'yes' | 'no' | 'interrupted'

/** The part of standard input that a question reads. */
export type KeySource = Pick<NodeJS.ReadStream, 'setRawMode' | 'resume' | 'pause' | 'once' | 'off'>

/** Asks at the terminal `output` until there is an answer, again after each other key. */
export async function askKey(
  output: Pick<NodeJS.WriteStream, 'write'>,
  { question, keys }: KeyQuestion,
  input: KeySource = process.stdin,
): Promise<Answer> {
  for (;;) {
    const typed = nextKey(input)
    output.write(question)
    const key = await typed
    const answer = answerOf(key)
    output.write(`${answer === 'yes' ? 'Yes' : answer === 'no' ? 'No' : ''}\n`)
    if (answer)
      return answer
    if (Object.hasOwn(keys, key))
      await keys[key]!()
  }
}

/** No is what happens without a decision. */
function answerOf(key: string): Answer | undefined {
  if (key === 'y' || key === 'Y')
    return 'yes'
  if (['n', 'N', '\r', '\n', '\x1B', '\x04'].includes(key))
    return 'no'
  // A terminal that is gone sends nothing more.
  return key === '\x03' || key === '' ? 'interrupted' : undefined
}

/** What is typed next; empty at the end of the input. Between two keys the terminal is as it was. */
function nextKey(input: KeySource): Promise<string> {
  return new Promise((resolve) => {
    const finish = (key: string): void => {
      input.off('data', onData)
      input.off('end', onEnd)
      input.setRawMode(false)
      input.pause()
      resolve(key)
    }
    const onData = (data: Buffer): void => finish(data.toString())
    const onEnd = (): void => finish('')
    input.setRawMode(true)
    input.once('data', onData)
    input.once('end', onEnd)
    input.resume()
  })
}
