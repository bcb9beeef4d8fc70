import type { LogEvent } from '../../../runners/protocol/event.ts'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { withoutPrefixes } from '../../../client/paper/frames.ts'
import { markerCommand } from '../../../runners/protocol/marker.ts'
import { timeOf } from '../../../runners/protocol/moment.ts'
import { screenAt, screenText } from '../../../runners/protocol/screen.ts'
import createShellRunner from '../../../runners/shell/runner.ts'
import { sessionOf, step } from '../../_session.ts'
import { configOf } from '../../docker/_runners.ts'

it.skipIf(process.platform === 'win32')('a shell step sets markers by a command, each at its time', async () => {
  const config = await configOf(undefined)
  const shell = createShellRunner(config)
  const code = `echo one; ${markerCommand('half way')}; sleep 0.4; printf '\\033[2J\\033[Htwo\\n'; ${markerCommand('done')}; sleep 0.1; echo three`
  const session = await sessionOf([step('a', { code, until: [], timeoutMs: 20_000 })], (context, own) => shell.run(own, context))
  onTestFinished(async () => {
    await session.close()
    await shell.close!()
  })
  const run = session.start('a')
  expect(await run.moment).toMatchObject({ phase: 'exited' })
  const { events } = await run.recorded()
  const [half, done] = events.filter((event): event is Extract<LogEvent, { type: 'marker' }> => event.type === 'marker')
  expect([half!.label, done!.label]).toEqual(['half way', 'done'])
  expect(done!.at - half!.at).toBeGreaterThan(350)
  const frames = await Promise.all(['half way', 'done'].map(async label => ({ caption: label, lines: await screenAt({ cols: 40, rows: 5, events }, timeOf({ type: 'marker', label }, events)) })))
  expect(frames.map(({ lines }) => screenText(lines))).toEqual(['one', 'two'])
  expect(withoutPrefixes(frames)).toHaveLength(2)
})
