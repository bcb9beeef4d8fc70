import { expect, it } from 'vitest'
import { cutText } from '../../../../client/views/cutText.ts'

it('cuts text to a width', () => {
  expect([cutText('view-web', 80, 10), cutText('view-web', 60, 10), cutText('日本', 30, 10), cutText('ab', 5, 10)]).toEqual(['view-web', 'view-…', '…'.slice(1), ''])
})
