import type { Key } from '../../../../client/terminal/keys.ts'
import { describe, expect, it } from 'vitest'
import { cleanPaste, createKeyJudge } from '../../../../client/terminal/keys.ts'

const key = (name: string, options: Partial<Key> = {}): Key => ({ type: 'keydown', key: name, ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, repeat: false, ...options })

describe('the keys of a terminal', () => {
  it('are the clicker\'s unless the terminal was entered with a key', () => {
    for (const name of ['PageUp', 'PageDown', 'b', '.']) {
      expect(createKeyJudge({ byKey: () => false, selected: () => false })(key(name))).toBe('slides')
      expect(createKeyJudge({ byKey: () => true, selected: () => false })(key(name))).toBe('program')
      expect(createKeyJudge({ byKey: () => false, selected: () => false })(key(name, { ctrlKey: true }))).toBe('program')
    }
  })

  it('are given back by Escape twice within half a second', () => {
    let now = 0
    const judge = createKeyJudge({ byKey: () => true, selected: () => false, now: () => now })
    const press = (at: number): string => {
      now = at
      judge(key('Escape', { type: 'keyup' }))
      return judge(key('Escape'))
    }
    expect([1000, 2000, 2400, 2500, 3200].map(press)).toEqual(['program', 'program', 'leave', 'program', 'program'])
  })

  it('copy only what is selected, and Ctrl-C is the program\'s', () => {
    const judge = (selected: boolean) => createKeyJudge({ byKey: () => true, selected: () => selected })
    expect(judge(true)(key('c', { ctrlKey: true }))).toBe('program')
    expect(judge(true)(key('C', { ctrlKey: true, shiftKey: true }))).toBe('copy')
    expect(judge(false)(key('C', { ctrlKey: true, shiftKey: true }))).toBe('program')
    expect(judge(false)(key('v', { ctrlKey: true }))).toBe('paste')
  })
})

it('pastes no control characters but tabs and line ends', () => {
  expect(cleanPaste('a\x1B[201~b\r\nc\td\x07\x9B1me\r')).toBe('a[201~b\nc\td1me\n')
})
