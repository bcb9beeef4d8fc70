import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inTurns } from '../engines/turns.ts'
import { DECK, onChanging, shown, SLOW } from './_changing.ts'

inTurns('vite-cache')
const talk = onChanging({ edit: true })

describe('a restart of Slidev keeps the session, its runs and the token', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['of Vite, for a change of its environment', async () => writeFile(join(talk.dir, '.env'), 'VITE_ANY=1\n')],
    // Last, for what it changes is changed back after it.
    ['for a change of the headmatter', async () => talk.write(DECK.replace('fonts: {provider: none}', 'fonts: {provider: none, sans: serif}'))],
  ])('%s', async (_, restart) => {
    const { session, token } = talk.presentation.service
    await talk.run('one')
    const { length } = session.runs
    const loaded = Promise.all([talk.presenter, talk.audience].map(page => page.waitForEvent('domcontentloaded', SLOW)))
    await restart()
    await loaded
    await expect.poll(() => shown(talk.audience, 'one').getAttribute('data-phase'), SLOW).toBe('exited')
    await expect.poll(() => shown(talk.audience, 'one').locator('.kb-screen').textContent(), SLOW).toMatch(/^one\s*$/)
    expect(session.runs).toHaveLength(length)
    await talk.run('one')
    expect(session.runs).toHaveLength(length + 1)
    expect(talk.presentation.service.token).toBe(token)
    // The gate stands before the new server too.
    const strange = await fetch(new URL(talk.presentation.url).origin, { headers: { 'Sec-Fetch-Site': 'cross-site' } })
    expect(strange.status).toBe(403)
  })
})
