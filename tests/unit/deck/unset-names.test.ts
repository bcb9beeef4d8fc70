import { expect, it } from 'vitest'
import { unsetNames, unsetProblems } from '../../../runners/deck/unset-names.ts'
import { checkNames } from '../../../runners/service/doctor/deck.ts'
import { fence, onDecks } from '../../_decks.ts'

const { parse } = onDecks()
const head = '---\nkamishibai:\n  env:\n    - SHOP_TOKEN\n    - SHOP_URL\n---\n\n'

it('warns of variables that are not set, where the headmatter names them', async () => {
  const deck = await parse(`${head}${fence('sh {run id=login}', 'curl -H "token: $SHOP_TOKEN" "$SHOP_URL"')}\n${fence('sh {run id=other}', 'echo $SHOP_TOKENS')}`)
  expect(unsetProblems(deck, { SHOP_URL: 'x' })).toEqual([
    { severity: 'warning', file: 'deck.md', line: 4, column: 7, code: 'env-unset', message: 'SHOP_TOKEN is not set, and login names it', hint: 'Set it before you start the command: export SHOP_TOKEN=…' },
  ])
  // Empty is set.
  expect(unsetNames(deck, { SHOP_URL: 'x', SHOP_TOKEN: '' })).toEqual([])
  expect(checkNames(deck, {})).toMatchObject([{ ok: false, severity: 'warning', fix: 'Before the talk: export SHOP_TOKEN=… SHOP_URL=…' }])
  expect(checkNames(deck, { SHOP_URL: '', SHOP_TOKEN: '' })).toMatchObject([{ ok: true }])
})

it('says nothing of a deck that hands on none', async () => {
  const deck = await parse(fence('sh {run id=a}'))
  expect([...unsetProblems(deck, {}), ...checkNames(deck, {})]).toEqual([])
})
