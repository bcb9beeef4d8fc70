import type { Deck } from '../../../runners/deck/deck.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseDeck } from '../../../runners/deck/parse.ts'
import { readRecording } from '../../../runners/service/store/recordings.ts'

/**
 * Japanese has no words to count. A newsreader speaks 300 letters a minute, and 130 words of English, so 2.3 letters
 * count as a word; a word in Latin letters counts as two letters, and punctuation as none.
 */
const LETTERS_A_MINUTE = 300
const LETTERS_A_WORD = 2.3

/** Started and left to run while the talk goes on. */
const NOT_WAITED_FOR = ['node-down']

/** Said in the notes: what is always asked, and where the field has moved since 2019. */
const SAID: [what: string, where: RegExp, words: RegExp][] = [
  ['Kubernetes dropped dockershim, images run as ever', /台頭/, /Docker が消えた.*1\.24.*そのまま動/s],
  ['--restart=always heals neither docker kill nor a lost host', /Docker 単体/, /restart always.*docker kill.*戻りません.*ホストごと止ま/s],
  ['how the VM of the race ran', /利点/, /最近の仮想マシンはもっと速い.*ハードウェアの支援/s],
  ['Docker Engine runs on containerd', /基本的な使い方/, /containerd/],
  ['the master is the control plane', /アーキテクチャ/, /コントロールプレーン.*マスター/s],
  ['NSX-T is NSX', /残った課題/, /NSX-T は NSX/],
  ['VMware is a part of Broadcom', /残った課題/, /Broadcom/],
  ['a native pod is a vSphere Pod', /Pacific/, /vSphere Pod/],
  ['Enterprise PKS became TKGI, and its registry is Harbor', /Enterprise PKS/, /Harbor.*TKGI.*Tanzu Kubernetes Grid Integrated Edition/s],
  ['Project Pacific became vSphere Supervisor', /Pacific/, /vSphere Supervisor.*vSphere Kubernetes Service/s],
]

let deck: Deck
let pace: { id: string, slides: number[], ms: number }[]
beforeAll(async () => {
  deck = await parseDeck('slides/seminar.md')
  pace = await Promise.all(deck.steps.filter(step => !step.extra).map(async ({ id, slides }) =>
    ({ id, slides, ms: (await readRecording(deck, id))!.header.durationMs })))
})

/** Letters of a note, as spoken. */
function letters(note = ''): number {
  return note.replace(/\[click[^\]]*\]/g, '').replace(/[\w.\-/]+/g, 'ww').replace(/[\s\p{P}]/gu, '').length
}

/** The clicks of each slide: of its drawings, its ranges of lines, its steps, or as its frontmatter has them. */
async function clicksOf({ dir, slides, steps }: Deck): Promise<number[]> {
  return Promise.all(slides.map(async ({ no, file, line, fences }, i) => {
    const next = slides[i + 1]
    const lines = (await readFile(join(dir, file), 'utf8')).split('\n')
    const text = lines.slice(line - 1, next?.file === file ? next.line - 1 : undefined).join('\n')
    const given = /^clicks: (\d+)$/m.exec(text)
    if (given)
      return Number(given[1])
    const drawn = await Promise.all([...text.matchAll(/^<(Draw\w+)/gm)].map(async ([, name]) =>
      Number(/useBuildUp\((\d+)\)/.exec(await readFile(`slides/components/${name}.vue`, 'utf8'))?.[1] ?? 0)))
    const ranges = fences.map(({ info }) => /\}\{([^}]*)\}$/.exec(info)?.[1]?.split('|').length ?? 1)
    const started = steps.filter(step => step.slides.includes(no) && !step.extra && step.on === 'next').length
    return [...drawn, ...ranges.map(count => count - 1)].reduce((sum, count) => sum + count, started)
  }))
}

const waitedFor = (): typeof pace => pace.filter(({ id }) => !NOT_WAITED_FOR.includes(id))

describe('the seminar', () => {
  it('takes 45 minutes, and leaves the cover a minute or two', () => {
    const [, ...others] = deck.slides
    expect(deck.durationMs).toBe(45 * 60_000)
    expect(others.filter(slide => !slide.durationMs).map(slide => slide.title)).toEqual([])
    const rest = deck.durationMs! - others.reduce((sum, slide) => sum + slide.durationMs!, 0)
    expect(rest).toBeGreaterThanOrEqual(30_000)
    expect(rest).toBeLessThanOrEqual(120_000)
  })

  it('has notes of 60 to 150 words on every slide', () => {
    const words = deck.slides.map(({ no, title, note }) => ({ slide: `${no} ${title}`, words: Math.round(letters(note) / LETTERS_A_WORD) }))
    expect(words.filter(entry => entry.words < 60 || entry.words > 150)).toEqual([])
  })

  it('has notes in pieces, one for each click', async () => {
    const clicks = await clicksOf(deck)
    const wrong = deck.slides.map(({ no, note = '' }, i) => ({ no, clicks: clicks[i], marks: note.split('[click]').length - 1 }))
    expect(wrong.filter(slide => slide.clicks !== slide.marks)).toEqual([])
  })

  it('gives each slide the time to say its notes and to wait for its steps', () => {
    const short = deck.slides.slice(1).flatMap(({ no, title, note, durationMs }) => {
      const spoken = letters(note) / LETTERS_A_MINUTE * 60_000
      const steps = waitedFor().filter(({ slides }) => slides[0] === no).reduce((sum, { ms }) => sum + ms, 0)
      return spoken + steps > durationMs! ? [`${no} ${title}: ${Math.round((spoken + steps) / 1000)} s`] : []
    })
    expect(short).toEqual([])
  })

  it('waits at most 15 seconds for a step of its main path, and 9 minutes for all', () => {
    expect(waitedFor().filter(({ ms }) => ms > 15_000)).toEqual([])
    expect(waitedFor().reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(9 * 60_000)
  })

  it.each(SAID)('says in its notes: %s', (_, where, words) => {
    expect(deck.slides.filter(slide => where.test(slide.title) && words.test(slide.note ?? '')).map(slide => slide.title)).toHaveLength(1)
  })
})
