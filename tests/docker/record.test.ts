import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { deckOf, kamishibai } from '../_present.ts'

const dockerHost = inject('dockerHost')!

/** Objects that come and go side by side, names by chance, output with ids, addresses and times. */
const STEPS = `
\`\`\`yaml {container id=web until=match=/up/}
image: kamishibai/demo:1
command: sh -c 'echo up; exec sleep 1000'
networks: [kbt-record]
\`\`\`

\`\`\`sh {run id=many}
for i in 1 2 3 4; do docker run -d kamishibai/demo:1 sleep 1000 >/dev/null & done; wait
docker network create kbt-record-2 & docker run --rm kamishibai/demo:1 true & wait
docker ps --format '{{.ID}}  {{.Status}}'; date; hostname -I | cut -d' ' -f1
\`\`\`

\`\`\`sh {run id=busy shell=other}
docker run --rm kamishibai/demo:1 sh -c 'readlink /proc/self/ns/net; date +%s'
\`\`\`
`

describe.skipIf(!dockerHost)('record', () => {
  it('leaves its files as they are when it is run again', async () => {
    const deck = await deckOf(STEPS)
    const folder = join(dirname(deck), 'recordings/deck')
    const read = async () => Object.fromEntries(await Promise.all((await readdir(folder)).map(async name => [name, await readFile(join(folder, name), 'utf8')])))
    const record = async () => {
      const command = kamishibai(['record', deck, '--trust'], { env: { DOCKER_HOST: dockerHost } })
      expect(await command.ended).toBe(0)
      return command.output()
    }
    expect(await record()).toMatch(/web .* written\n[\s\S]*many .* written\n[\s\S]*busy .* written\n/)
    const first = await read()
    expect(Object.keys(first).sort()).toEqual(['busy.cast', 'busy.events.jsonl', 'many.cast', 'many.events.jsonl', 'web.cast', 'web.events.jsonl'])
    for (let again = 0; again < 2; again++) {
      expect(await record()).not.toContain('written')
      expect(await read()).toEqual(first)
    }
    const check = kamishibai(['check', deck, '--reporter', 'json'], { env: { DOCKER_HOST: dockerHost } })
    expect(await check.ended).toBe(0)
  })
})
