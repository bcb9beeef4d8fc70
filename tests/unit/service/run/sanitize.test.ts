import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSanitizer } from '../../../../runners/service/run/sanitize.ts'

const ESC = '\x1B'
const clean = (text: string): string => createSanitizer()(text)

function inChunks(text: string, cuts: number[]): string {
  const sanitize = createSanitizer()
  const edges = [0, ...[...cuts].sort((a, b) => a - b), text.length]
  return edges.slice(1).map((to, i) => sanitize(text.slice(edges[i], to))).join('')
}

describe('what goes', () => {
  it.each([
    ['a title', `${ESC}]0;title\x07`],
    ['a title that ends with ST', `${ESC}]2;title${ESC}\\`],
    ['the working directory', `${ESC}]7;file://host/home\x07`],
    ['a notification', `${ESC}]9;hello\x07`],
    ['a write to the clipboard', `${ESC}]52;c;aGVsbG8=\x07`],
    ['a read of the clipboard', `${ESC}]52;c;?\x07`],
    ['shell integration', `${ESC}]133;A\x07${ESC}]633;E;rm\x07`],
    ['a notification of rxvt', `${ESC}]777;notify;a;b\x07`],
    ['what iTerm knows', `${ESC}]1337;File=:AAAA\x07`],
    ['a query for colours', `${ESC}]10;?\x07${ESC}]4;1;?${ESC}\\`],
    ['sixels and user keys', `${ESC}Pq#0;2;0;0;0${ESC}\\${ESC}P1$tx${ESC}\\`],
    ['APC, PM and SOS', `${ESC}_Ga=T;AAAA${ESC}\\${ESC}^pm${ESC}\\${ESC}Xsos${ESC}\\`],
    ['the same in eight bits', '\x9D0;title\x9C\x90q#0\x9C\x9Fapc\x9C\x9Epm\x9C\x98sos\x9C'],
    ['a title broken off by CAN', `${ESC}]0;tit\x18`],
  ])('%s', (_, text) => expect(clean(`a${text}b`)).toBe('ab'))

  it('of a link, all but its text', () => {
    expect(clean(`see ${ESC}]8;;https://example.org${ESC}\\the page${ESC}]8;;${ESC}\\.`)).toBe('see the page.')
  })

  it('a string that never ends, after 64 KiB', () => {
    expect(clean(`a${ESC}]0;${'x'.repeat(100 * 1024)}`)).toBe(`a${'x'.repeat(36 * 1024 + 2)}`)
  })
})

describe('what stays', () => {
  it.each([
    ['text in many scripts', 'コンテナ é 🐳\r\n\t\x07'],
    ['colours and cursor movement', `${ESC}[1;31mred${ESC}[0m${ESC}[2J${ESC}[6n\x9B1m`],
    ['short escapes', `${ESC}7${ESC}8${ESC}c${ESC}(0${ESC}=`],
    ['a query for settings', `${ESC}P$qm${ESC}\\\x90$q"p\x9C`],
  ])('%s', (_, text) => expect(clean(text)).toBe(text))

  it('an escape that breaks off a title', () => {
    expect(clean(`${ESC}]0;tit${ESC}[31mred`)).toBe(`${ESC}[31mred`)
  })
})

describe('what is left never makes a new string', () => {
  const evil = ']52;c;ZXZpbA==\x07'
  it.each([
    ['behind an escape that a string broke off', `${ESC}${ESC}]0;x\x07${evil}`],
    ['behind an escape and a string in eight bits', `${ESC}\x9D0;x\x9C${evil}`],
  ])('%s', (_, text) => expect(clean(text)).not.toContain(ESC))

  it('with a control character inside the escape', () => {
    expect(clean(`${ESC}\n${evil}`)).toBe('\n')
  })

  it('whatever comes', () => {
    const piece = fc.constantFrom(ESC, ESC, ']', 'P', '_', '$q', 'm', '\\', '\x07', '\x9C', '\x90', '\x9D', '\x18', '\n', '\x7F', '[', '(', 'é', 'x')
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      // What stays of strings are whole queries for settings; beside them no terminal finds a beginning.
      // eslint-disable-next-line no-control-regex
      const rest = clean(pieces.join('')).replaceAll(/(?:\x1BP|\x90)\$q[ -~]{0,8}(?:\x1B\\|\x9C)/g, '.')
      // eslint-disable-next-line no-control-regex
      expect(rest).not.toMatch(/\x1B[\x00-\x17\x19\x1C-\x1F\x7F]*[P\]X^_]|[\x90\x98\x9D-\x9F]/)
    }), { numRuns: 5000 })
  })
})

describe('chunks', () => {
  const sample = `a${ESC}]0;t\x07b${ESC}]8;;u${ESC}\\link${ESC}]8;;${ESC}\\${ESC}[31mc${ESC}P$qm${ESC}\\${ESC}\n]52;c;x\x07${ESC}${ESC}_x${ESC}\\d\x9D1;x\x9Ce日本`

  it('may end anywhere', () => {
    const whole = clean(sample)
    for (let cut = 0; cut <= sample.length; cut++)
      expect(inChunks(sample, [cut])).toBe(whole)
    expect([...sample].map(createSanitizer()).join('')).toBe(whole)
  })

  it('may end anywhere in anything', () => {
    const piece = fc.constantFrom(ESC, ESC, ']0;', 'P$q', 'm', '\\', '\x07', '\x9C', '\x90', '\x9D', '\x18', '\n', '\x7F', '[31m', 'text', '日')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 5 }), (pieces, cuts) => {
        const text = pieces.join('')
        // An escape at the very end is held back: text behind it lets it out.
        const ended = `${text}\x18.`
        expect(
          inChunks(
            ended,
            cuts.map(cut => Math.min(cut, ended.length)),
          ),
        ).toBe(clean(ended))
      }),
      { numRuns: 3000 },
    )
  })

  it('may end around the longest string', () => {
    const text = `a${ESC}]0;${'x'.repeat(64 * 1024)}\x07b`
    const whole = clean(text)
    for (const cut of [3, 1000, 65530, 65537, 65538, 65539, 65540, text.length - 1])
      expect(inChunks(text, [cut, cut + 1])).toBe(whole)
  })
})

it('lets plain output through about as fast as one look at it takes', () => {
  /** Million characters a second. */
  const measure = (line: string, look: (chunk: string) => unknown): number => {
    // Every chunk is its own string, so that no engine answers from what it found before.
    const chunks = Array.from({ length: 200 }, (_, i) => `${i} ${line.repeat(2048)}`)
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    const began = performance.now()
    for (const chunk of chunks)
      look(chunk)
    return size / 1000 / (performance.now() - began)
  }
  const plain = measure('some words of a log 0123456789\r\n', createSanitizer())
  const japanese = measure('コンテナが起動しました 0123456789\r\n', createSanitizer())
  const coloured = measure(`${ESC}[32mok${ESC}[0m some words of a log 0123456789\r\n`, createSanitizer())
  const look = measure('some words of a log 0123456789\r\n', chunk => /[^\r\n\x20-\uFFFF]/.test(chunk))
  console.log(`sanitizer, million characters a second: plain ${plain.toFixed(0)}, Japanese ${japanese.toFixed(0)}, coloured ${coloured.toFixed(0)}; one look ${look.toFixed(0)}`)
  expect(plain).toBeGreaterThan(look / 10)
})
