import type { Deck } from '../../deck/deck.ts'
import type { ExportFormat } from './target.ts'
import { readdir, readFile, stat } from 'node:fs/promises'
import { inflateSync } from 'node:zlib'
import { blankPages } from './blank-pages.ts'
import { RE_PICTURE } from './target.ts'

/** The part of a picture that differs from its background where there is something to see. */
const SEEN = 0.0005
/** What a PNG has before its chunks, and the channels of the kinds that a browser writes. */
const PNG = { signature: 8, channels: { 2: 3, 6: 4 } as Record<number, number> }

/**
 * What is wrong with the export at `target`, a sentence each: it is empty, lacks pages, or a slide's text is not seen.
 */
export async function faultsOf(deck: Deck, format: ExportFormat, target: string): Promise<string[]> {
  const { size } = await stat(target)
  if (!size)
    return [`${target} is empty.`]
  if (format !== 'pdf' && format !== 'png')
    return []
  const found = format === 'pdf' ? await blankPages(await readFile(target)) : await blankPictures(target)
  const all = deck.slides.length + deck.steps.filter(step => step.extra).length
  const wanted = deck.printsPart ? 1 : all
  const missing = Array.from({ length: Math.max(0, wanted - found.count) }, (_, i) =>
    `Page ${found.count + i + 1} of ${wanted} is missing.`)
  // With a page for each click, or without some slides, a page's number is not its slide's.
  const isSlide = found.count === all
  const hasText = (no: number): boolean => {
    const slide = isSlide ? deck.slides[no - 1] : undefined
    return !slide || Boolean(slide.title || slide.fences.length)
  }
  return [...missing, ...found.blank.filter(hasText).map(no => `${isSlide ? 'Slide' : 'Page'} ${no} is blank.`)]
}

/** The pictures in a folder that show nothing, by their place. */
async function blankPictures(folder: string): Promise<{ count: number, blank: number[] }> {
  const names = (await readdir(folder)).filter(name => RE_PICTURE.test(name))
    .sort((a, b) => Number.parseInt(a) - Number.parseInt(b))
  const blank: number[] = []
  for (const [i, name] of names.entries()) {
    const picture = await readFile(`${folder}/${name}`)
    if (!picture.length || differing(picture) < SEEN)
      blank.push(i + 1)
  }
  return { count: names.length, blank }
}

/** The part of a PNG's pixels that are not of its commonest colour; 1 for a PNG that no browser writes. */
export function differing(png: Buffer): number {
  const { width, height, channels, data } = chunksOf(png)
  if (!channels)
    return 1
  const lines = inflateSync(data)
  const counts = new Map<number, number>()
  let above = Buffer.alloc(width * channels)
  for (let y = 0, at = 0; y < height; y++, at += width * channels + 1) {
    const line = lines.subarray(at + 1, at + 1 + width * channels)
    unfilter(line, above, { filter: lines[at]!, channels })
    for (let x = 0; x < line.length; x += channels) {
      const color = line.readUIntBE(x, channels)
      counts.set(color, (counts.get(color) ?? 0) + 1)
    }
    above = line
  }
  return 1 - Math.max(...counts.values()) / (width * height)
}

/**
 * A picture's size, and its lines as they are packed; without `channels` it is of another kind than a browser writes.
 */
interface Packed { width: number, height: number, channels?: number, data: Buffer }

function chunksOf(png: Buffer): Packed {
  const parts: Buffer[] = []
  for (let at = PNG.signature; at + 8 <= png.length;) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const [depth, kind, interlaced] = [png[24], png[25]!, png[28]]
  const channels = depth === 8 && !interlaced ? PNG.channels[kind] : undefined
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20), channels, data: Buffer.concat(parts) }
}

/** Undoes the filter of one line in place, PNG §9. */
function unfilter(line: Buffer, above: Buffer, { filter, channels }: { filter: number, channels: number }): void {
  if (!filter)
    return
  for (let x = 0; x < line.length; x++) {
    const [left, up, corner] = [line[x - channels] ?? 0, above[x]!, above[x - channels] ?? 0]
    line[x] = (line[x]! + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!) & 255
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}
