import { Buffer } from 'node:buffer'
import { deflateSync } from 'node:zlib'
import { PDFDocument, rgb } from '@cantoo/pdf-lib'
import { expect, it } from 'vitest'
import { blankPages } from '../../../../runners/cli/export/blank-pages.ts'
import { differing } from '../../../../runners/cli/export/look.ts'

it('finds the pages of a PDF that show neither text nor a picture, in forms too', async () => {
  const inner = await PDFDocument.create()
  inner.addPage([300, 200]).drawText('inside')
  const pdf = await PDFDocument.create()
  const [form] = await pdf.embedPages(inner.getPages())
  pdf.addPage([300, 200]).drawText('seen')
  pdf.addPage([300, 200]).drawRectangle({ width: 300, height: 200, color: rgb(1, 1, 1) })
  pdf.addPage([300, 200]).drawPage(form!)
  pdf.addPage([300, 200])
  expect(await blankPages(await pdf.save())).toEqual({ count: 4, blank: [2, 4] })
})

/** A PNG of `lines`, each with its filter before its bytes. */
function png(width: number, lines: number[][]): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(lines.length, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const chunk = (name: string, data: Buffer): Buffer => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(data.length)
    return Buffer.concat([size, Buffer.from(name), data, Buffer.alloc(4)])
  }
  return Buffer.concat([Buffer.alloc(8), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.from(lines.flat()))), chunk('IEND', Buffer.alloc(0))])
}

it('counts the pixels of a picture that are not of its background, whatever its lines are filtered with', () => {
  const white = [255, 255, 255]
  const plain = [0, ...white, ...white]
  expect(differing(png(2, [plain, plain]))).toBe(0)
  expect(differing(png(2, [plain, [0, ...white, 0, 0, 0]]))).toBe(0.25)
  // White by each filter: from the left, from above, from both, by the nearest.
  expect(
    differing(
      png(2, [
        [1, ...white, 0, 0, 0],
        [2, 0, 0, 0, 0, 0, 0],
        [3, 128, 128, 128, 0, 0, 0],
        [4, 0, 0, 0, 0, 0, 0],
      ]),
    ),
  ).toBe(0)
})
