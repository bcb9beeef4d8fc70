import process from 'node:process'
import { expect, it } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { saveRecording } from '../../../../runners/service/store/recordings.ts'
import { deckOf, drive, kamishibai } from '../../../_present.ts'
import { logOf, recordingOf } from '../../../_recordings.ts'

const STEPS = '```sh {run id=quick}\ntrue\n```\n\n```sh {run id=slow timeout=600s}\nsleep 600\n```\n'

it('record shows at a terminal which step runs since when, and says at Ctrl-C what is recorded and that nothing is left', { timeout: 60_000 }, async () => {
  const command = kamishibai(['record', await deckOf(STEPS), '--trust'], { terminal: true, env: { KUBECONFIG: '' } })
  await command.shown(/1\/2 {2}slow runs {2}\d+ s/)
  command.type('\x03')
  expect(await command.ended, command.output()).toBe(130)
  expect(command.output()).toMatch(/✓ quick .* written\r\n[\s\S]*Ended before it was done: 1 of 2 steps recorded\. Removing what was started …\r\n[^\n]*Nothing is left behind\.\r\n$/)
})

it('a rehearsal that has begun ends at one Ctrl-C, with its report', { timeout: 60_000 }, async () => {
  const file = await deckOf(STEPS)
  const deck = await parseDeck(file)
  await saveRecording(deck, recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [1, { type: 'exit', code: 0 }], [1, { type: 'phase', phase: 'exited' }]]), { step: 'quick', hash: deck.steps[0]!.hash }))
  const command = kamishibai(['rehearse', file, '--no-open', '--port', String(20_000 + process.pid % 10_000)], { terminal: true })
  const { run, show } = await drive(command)
  await show(1)
  await run('quick', 'exited')
  command.type('\x03')
  expect(await command.ended).toBe(0)
  expect(command.output()).toContain('Ctrl-C ends the rehearsal.')
  expect(command.output()).not.toContain('once more')
  expect(command.output()).toMatch(/slide +planned +actual/)
})
