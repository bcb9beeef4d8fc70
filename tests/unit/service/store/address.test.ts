import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { addressOf, portsOfDecks } from '../../../../runners/service/store/address.ts'

/** A state folder of its own, and decks beside it. */
function world(...names: string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'kamishibai-address-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const decks = names.map((name) => {
    writeFileSync(join(dir, name), '')
    return join(dir, name)
  })
  return { dir, env: { XDG_STATE_HOME: dir }, decks: decks as [string, string] }
}

it('keeps the port and the token of a deck, and gives no other deck its port', () => {
  const { env, decks: [a, b] } = world('a.md', 'b.md')
  const first = addressOf(a, env)!
  const other = addressOf(b, env)!
  expect(first.port).toBe(3030)
  expect(other.port).toBe(3031)
  expect(other.token).not.toBe(first.token)
  expect(addressOf(a, env)).toEqual(first)
  expect([...portsOfDecks(env)]).toEqual([[3030, a], [3031, b]])
})

it('is read by the user alone, and leaves no draft', () => {
  const { dir, env, decks: [a] } = world('a.md')
  addressOf(a, env)
  const folder = join(dir, 'kamishibai/addresses')
  expect(readdirSync(folder)).toEqual(['3030.json'])
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, '3030.json')).mode & 0o777).toBe(0o600)
})

it('gives away the port of a deck that is gone', () => {
  const { env, decks: [a, b] } = world('a.md', 'b.md')
  const gone = addressOf(a, env)!
  rmSync(a)
  expect(addressOf(b, env)).toMatchObject({ deck: b, port: gone.port })
  expect(addressOf(b, env)!.token).not.toBe(gone.token)
})

it('takes no port whose file cannot be read', () => {
  const { dir, env, decks: [a, b] } = world('a.md', 'b.md')
  addressOf(a, env)
  writeFileSync(join(dir, 'kamishibai/addresses/3031.json'), 'half')
  expect(addressOf(b, env)!.port).toBe(3032)
})

it('knows none where the state folder cannot be made', () => {
  const { dir, decks: [a] } = world('a.md')
  expect(addressOf(a, { XDG_STATE_HOME: join(dir, 'a.md') })).toBeUndefined()
})
