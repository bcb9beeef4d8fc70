import type { PDFDict } from '@cantoo/pdf-lib'

/** Operators that show text, where a word of a content stream ends (ISO 32000 §9.4.3). */
const RE_TEXT = /[\s>)\]](?:Tj|TJ|'|")\s/
const RE_OBJECT = /\/(\S+)\s+Do\b/g

/** The pages of a PDF that show neither text nor a picture, by their numbers. */
export async function blankPages(bytes: Uint8Array): Promise<{ count: number, blank: number[] }> {
  const { decodePDFRawStream, PDFArray, PDFDict, PDFDocument, PDFName, PDFRawStream } = await import('@cantoo/pdf-lib')
  const pdf = await PDFDocument.load(bytes)
  const textOf = (stream: unknown): string => {
    const raw = pdf.context.lookup(stream as never)
    return raw instanceof PDFRawStream ? `${Buffer.from(decodePDFRawStream(raw).decode()).toString('latin1')}\n` : ''
  }
  const shows = (content: string, resources: PDFDict | undefined, depth: number): boolean => {
    if (RE_TEXT.test(content))
      return true
    const objects = resources?.lookupMaybe(PDFName.of('XObject'), PDFDict)
    return [...content.matchAll(RE_OBJECT)].some(([, name]) => {
      const object = objects?.lookup(PDFName.of(name!))
      if (!(object instanceof PDFRawStream))
        return false
      // A form holds operators of its own; forms in forms end somewhere.
      return object.dict.get(PDFName.of('Subtype')) === PDFName.of('Image')
        || (depth < 20 && shows(textOf(object), object.dict.lookupMaybe(PDFName.of('Resources'), PDFDict) ?? resources, depth + 1))
    })
  }
  const isBlank = (page: ReturnType<typeof pdf.getPage>): boolean => {
    const contents = page.node.Contents()
    const streams = contents instanceof PDFArray ? contents.asArray() : contents ? [contents] : []
    return !shows(streams.map(textOf).join(''), page.node.Resources(), 0)
  }
  const pages = pdf.getPages()
  return { count: pages.length, blank: pages.flatMap((page, i) => isBlank(page) ? [i + 1] : []) }
}
