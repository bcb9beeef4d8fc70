import { expect, it } from 'vitest'
import { deckOf, kamishibai } from '../_present.ts'

const STEPS = '```sh {run id=quick}\ntrue\n```\n\n```sh {run id=slow timeout=600s}\nsleep 600\n```\n'

it('record shows at a terminal which step runs since when, and says at Ctrl-C what is recorded and that nothing is left', { timeout: 60_000 }, async () => {
  const command = kamishibai(['record', await deckOf(STEPS), '--trust'], { terminal: true, env: { KUBECONFIG: '' } })
  await command.shown(/1\/2 {2}slow runs {2}\d+ s/)
  command.type('\x03')
  expect(await command.ended, command.output()).toBe(130)
  expect(command.output()).toMatch(/✓ quick .* written\r\n[\s\S]*Ended before it was done: 1 of 2 steps recorded\. Removing what was started …\r\nNothing is left behind\.\r\n$/)
})
