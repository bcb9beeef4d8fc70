/** The values of a stream of JSON lines, which chunks may cut anywhere. */
export async function* parseLines<T>(stream: AsyncIterable<Buffer>): AsyncGenerator<T> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      if (line.trim())
        yield JSON.parse(line) as T
    }
  }
  if (rest.trim())
    yield JSON.parse(rest) as T
}
