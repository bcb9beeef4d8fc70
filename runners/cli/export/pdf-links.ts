import type { PDFDocument, PDFObject, PDFPage, PDFRef } from '@cantoo/pdf-lib'
import { PDFArray, PDFDict, PDFName, PDFNull, PDFNumber } from '@cantoo/pdf-lib'

/**
 * A page of a PDF as it lies on a page of another: `scale` times as large, its lower left corner at `x`, `y`, in
 * points.
 */
export interface PlacedPage { from: PDFPage, on: PDFPage, x: number, y: number, scale: number }

const name = PDFName.of

/**
 * Gives `target` the links and the outline of `source`, whose pages lie on its own: what shows a page knows neither.
 * Source: ISO 32000-1, 12.3 and 12.5.
 */
export function carryLinks(source: PDFDocument, target: PDFDocument, placed: PlacedPage[]): void {
  const pages = new Map(placed.map(({ from, on }) => [from.ref, on.ref]))
  for (const place of placed)
    carryAnnotations(source, target, place, pages)
  const outline = source.catalog.lookupMaybe(name('Outlines'), PDFDict)
  const first = outline && carryItems(outline, source, target, pages)
  if (!first)
    return
  const root = target.context.nextRef()
  target.context.assign(root, target.context.obj({ Type: 'Outlines', First: first.refs[0]!, Last: first.refs.at(-1)!, Count: first.refs.length }))
  for (const item of first.items)
    item.set(name('Parent'), root)
  target.catalog.set(name('Outlines'), root)
}

function carryAnnotations(
  source: PDFDocument,
  target: PDFDocument,
  { from, on, x, y, scale }: PlacedPage,
  pages: Map<PDFRef, PDFRef>,
): void {
  const links = (from.node.Annots()?.asArray() ?? []).map(each => source.context.lookup(each)).filter(each => each instanceof PDFDict && each.get(name('Subtype')) === name('Link')) as PDFDict[]
  for (const link of links) {
    const goal = goalOf(link, source, target, pages)
    const rect = link.lookup(name('Rect'), PDFArray).asArray().map((value, i) => (value as PDFNumber).asNumber() * scale + (i % 2 ? y : x))
    if (goal)
      on.node.addAnnot(target.context.register(target.context.obj({ Type: 'Annot', Subtype: 'Link', F: 4, Border: [0, 0, 0], Rect: rect, ...goal })))
  }
}

interface Items { items: PDFDict[], refs: PDFRef[] }

/** The items below one of the outline, chained. */
function carryItems(
  parent: PDFDict,
  source: PDFDocument,
  target: PDFDocument,
  pages: Map<PDFRef, PDFRef>,
): Items | undefined {
  const { context } = target
  const items: PDFDict[] = []
  const refs: PDFRef[] = []
  for (let item = parent.lookupMaybe(name('First'), PDFDict); item; item = item.lookupMaybe(name('Next'), PDFDict)) {
    const own = context.obj({ Title: item.get(name('Title'))!, ...goalOf(item, source, target, pages) }) as PDFDict
    const ref = context.register(own)
    const below = carryItems(item, source, target, pages)
    if (below) {
      below.items.forEach(each => each.set(name('Parent'), ref))
      own.set(name('First'), below.refs[0]!)
      own.set(name('Last'), below.refs.at(-1)!)
      own.set(name('Count'), PDFNumber.of(-below.refs.length))
    }
    items.push(own)
    refs.push(ref)
  }
  items.forEach((item, i) => {
    if (i > 0)
      item.set(name('Prev'), refs[i - 1]!)
    if (i < items.length - 1)
      item.set(name('Next'), refs[i + 1]!)
  })
  return items.length ? { items, refs } : undefined
}

/**
 * Where a link or an item of the outline leads: to the top of a page, or out of the document; undefined for anything
 * else.
 */
function goalOf(
  item: PDFDict,
  source: PDFDocument,
  target: PDFDocument,
  pages: Map<PDFRef, PDFRef>,
): Record<string, PDFObject> | undefined {
  const action = item.lookupMaybe(name('A'), PDFDict)
  const uri = action?.get(name('URI'))
  if (uri)
    return { A: target.context.obj({ Type: 'Action', S: 'URI', URI: uri }) }
  const written = item.lookup(name('Dest')) ?? action?.lookup(name('D'))
  const dest = written instanceof PDFName ? source.catalog.lookupMaybe(name('Dests'), PDFDict)?.lookup(written) : written
  const page = dest instanceof PDFArray ? pages.get(dest.get(0) as PDFRef) : undefined
  return page && { Dest: target.context.obj([page, name('XYZ'), PDFNull, PDFNull, PDFNull]) }
}
