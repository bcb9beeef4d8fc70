import type { Deck } from '../../../runners/deck/deck.ts'
import type { Condition } from '../../../runners/protocol/step.ts'
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseInfo } from '../../../runners/deck/info.ts'
import { parseDeck } from '../../../runners/deck/parse.ts'
import { ALL_OPTIONS, FLAGS } from '../../../runners/deck/verbs.ts'
import { settingsSchema } from '../../../runners/protocol/headmatter.ts'
import { VERBS } from '../../../runners/protocol/step.ts'

const CONDITIONS: Condition['type'][] = ['exit', 'match', 'http', 'status', 'settled', 'healthy', 'pods', 'condition', 'rollout']
const VIEWS = ['Containers', 'Network', 'Stats', 'Pods', 'Objects', 'Cluster', 'Events', 'Requests', 'Race', 'Output', 'Compare']
/** Contexts beyond the allow-list are for one machine. */
const NOT_USED = ['contexts']

let deck: Deck
/** Each slide as it is written, and the words in the braces of its fences. */
let slides: { no: number, text: string, words: string[] }[]
beforeAll(async () => {
  deck = await parseDeck('slides/tour.md')
  const lines = (await readFile(deck.file, 'utf8')).split('\n')
  slides = deck.slides.map(({ no, line, fences }, i) => ({
    no,
    text: lines.slice(line - 1, (deck.slides[i + 1]?.line ?? Infinity) - 1).join('\n'),
    words: fences.flatMap(({ info }) => parseInfo(info)!.words.map(({ key, value }) => value === undefined ? key : `${key}=${value}`)),
  }))
})

function missingOf(all: Iterable<string>, found: Iterable<string>): string[] {
  const there = new Set(found)
  return [...all].filter(one => !there.has(one))
}

describe('the tour', () => {
  it('uses every verb, option and condition', () => {
    const words = slides.flatMap(slide => slide.words)
    expect(missingOf(VERBS, words)).toEqual([])
    expect(missingOf(ALL_OPTIONS, words.map(word => word.split('=')[0]!))).toEqual([])
    expect(
      missingOf(
        CONDITIONS,
        deck.steps.flatMap(({ until, expect }) => [...until, ...expect].map(({ type }) => type)),
      ),
    ).toEqual([])
    expect(deck.steps.some(({ hidden }) => hidden.length)).toBe(true)
    expect(deck.steps.some(step => step.in?.startsWith('pod/'))).toBe(true)
    expect(missingOf(['pod', 'service'], deck.steps.flatMap(({ requests = [] }) => requests.map(({ via }) => via?.split('/')[0] ?? '')))).toEqual([])
  })

  it('uses every setting of the headmatter, and every view', () => {
    expect(missingOf(Object.keys(settingsSchema.shape), [...slides[0]!.text.matchAll(/^ {2}(\w+):/gm)].map(([, key]) => key!))).toEqual(NOT_USED)
    expect(missingOf(VIEWS, slides.flatMap(({ text }) => [...text.matchAll(/^<Live(\w+)/gm)].map(([, name]) => name!)))).toEqual([])
  })

  it('says of fences and views only what stands on the slide', () => {
    const wrong = slides.flatMap(({ no, text, words }) => {
      const keys = /<div class="deck-keys">([\s\S]*?)<\/div>/.exec(text)?.[1] ?? ''
      const isThere = (code: string): boolean => code.startsWith('<')
        ? text.includes(`\n${code.replace(/ \/>$/, '')}`)
        : code.replaceAll('"', '').split(/ (?=\w+=)/).every(word => words.some(own => own === word.replace(/^\{(\w+)\}$/, '$1') || (word.endsWith('…') && own.startsWith(word.slice(0, -1)))))
      return [...keys.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
        .filter(code => (/^[<{]|^\w+=/.test(code) || FLAGS.has(code)) && !isThere(code))
        .map(code => `${no}: ${code}`)
    })
    expect(wrong).toEqual([])
  })

  it('has notes of 50 to 120 words on every slide, and a time for each', () => {
    const notes = deck.slides.map(({ no, note = '' }) => ({ no, words: note.split(/\s+/).length }))
    expect(notes.filter(({ words }) => words < 50 || words > 120)).toEqual([])
    expect(deck.slides.slice(1).filter(({ durationMs }) => !durationMs)).toEqual([])
  })
})
