import { expect, it } from 'vitest'
import { deckOf, drive, kamishibai } from '../_present.ts'
import { ownTmp } from './_left.ts'

const STEPS = `
\`\`\`sh {run id=ground shell=a}
echo ground
\`\`\`

\`\`\`sh {run id=aside shell=b}
echo aside
\`\`\`

---

# Second

\`\`\`sh {run id=upon shell=c needs=ground}
echo upon
\`\`\`
`

it('present --resume goes on at the slide where it was killed, and runs again what is still needed', async () => {
  const deck = await deckOf(STEPS)
  const env = { TMPDIR: await ownTmp(), XDG_STATE_HOME: await ownTmp(), DOCKER_HOST: 'unix:///nonexistent.sock' }
  const present = (...args: string[]): ReturnType<typeof kamishibai> => kamishibai(['present', deck, '--trust', '--no-open', '--port', String(20_000 + process.pid % 10_000), ...args], { env })

  const killed = present()
  const talk = await drive(killed)
  await talk.run('ground', 'exited')
  await talk.run('aside', 'exited')
  await talk.show(2)
  killed.signal('SIGKILL')
  expect(await killed.ended).toBe('SIGKILL')

  const resumed = present('--resume')
  await resumed.shown(/The talk goes on at slide 2\. Run again: ground\./)
  const again = await drive(resumed)
  expect(resumed.output()).toMatch(/\/2#t=/)
  expect(await again.run('upon', 'exited', 'failed')).toBe('exited')
  resumed.signal('SIGINT')
  expect(await resumed.ended).toBe(130)

  // One that ended in order is not cut off.
  const fresh = present('--resume')
  await fresh.shown(/No talk of deck\.md was cut off/)
})
