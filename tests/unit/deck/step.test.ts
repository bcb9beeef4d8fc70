import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanFences } from '../../../runners/deck/fences.ts'
import { parseInfo } from '../../../runners/deck/info.ts'
import { createMarkdown } from '../../../runners/deck/markdown.ts'
import { toStep } from '../../../runners/deck/step.ts'
import { settingsSchema } from '../../../runners/protocol/headmatter.ts'
import { fence, onDecks } from '../../_decks.ts'

const { parse } = onDecks()
const PLACE = { dir: import.meta.dirname, slide: 1, ordinal: 1, file: 'deck.md', line: 1, column: 4, files: [] }

describe('mistakes', () => {
  it.each([
    ['sh {runn id=a}', 'unknown-verb', 8, 'Did you mean run?'],
    ['sh {run id=a timeut=3s}', 'unknown-option', 17, 'Did you mean timeout?'],
    ['sh {run id=a timeout=soon}', 'bad-value', 17, undefined],
    ['sh {run id=a until=whenever}', 'bad-value', 17, undefined],
    ['sh {run id=a mark=/(/}', 'bad-value', 17, undefined],
    ['sh {run id=a until=match=/[0-9a-f]{12}/}', 'bad-value', 17, 'Put it in quotes: until="match=/…/".'],
    ['sh {run id=a mark=/a b/}', 'bad-value', 17, 'Put it in quotes: mark="/…/".'],
    ['sh {run id=A}', 'bad-id', 12, undefined],
    ['sh {run id=a on=tap}', 'bad-value', 17, undefined],
    ['sh {run id=a pull=x}', 'unknown-option', 17, undefined],
    ['yaml {run id=a}', 'bad-language', 4, 'Allowed: sh, bash, zsh, python, js, ts. Others by run: { yaml: COMMAND } under kamishibai: in the headmatter.'],
    ['python {terminal id=a}', 'bad-language', 4, 'Allowed: sh, bash, zsh.'],
    ['python {run id=a keep-going}', 'bad-option', 21, 'Leave it out.'],
    ['sh {run id=a needs=b}', 'unknown-need', 4, undefined],
    ['sh {run id=a #b}', 'unknown-option', 17, undefined],
    ['sh {run id=a extra=1}', 'bad-value', 17, 'Write extra, or leave it out.'],
    ['sh {run id=a timeout=0s}', 'bad-value', 17, undefined],
    ['sh {run id=a print=phase:runing}', 'bad-value', 17, undefined],
    ['sh {run id=a print=start,marker:}', 'bad-value', 17, undefined],
    ['sh {run id=a requires=gpu}', 'bad-value', 17, undefined],
    ['sh {run id=a needs}', 'bad-value', 17, 'Write needs=….'],
    ['sh {run id=a rows=5 rows=6}', 'repeated-option', 24, undefined],
    ['sh {run id=a remote}', 'unknown-option', 17, undefined],
    ['sh {exec id=a}', 'missing-option', 7, undefined],
    ['dockerfile {build id=a tag="Bad Tag"}', 'bad-value', 27, 'Write NAME:TAG in lower case, as in hello:1.'],
    ['sh {id=a}', 'unknown-verb', 8, undefined],
  ])('%s', async (info, code, column, hint) => {
    const { problems, steps } = await parse(fence(info))
    expect(problems).toContainEqual(expect.objectContaining({ severity: 'error', file: 'deck.md', line: 3, column, code, ...hint && { hint } }))
    expect(steps.length).toBe(code === 'unknown-need' ? 1 : 0)
  })

  it.each(['sh {run id=a}', 'yaml {container id=a}', 'yaml {apply id=a}', 'http {request id=a}', 'dockerfile {build id=a}', 'sh {exec id=a in=b}'])('reports %s without content', async (info) => {
    for (const code of ['', '  \n']) {
      const { problems, steps } = await parse(fence(info, code))
      expect(problems).toEqual([expect.objectContaining({ severity: 'error', code: 'empty-step', line: 3, column: 4 })])
      expect(steps).toEqual([])
    }
    expect((await parse('# T\n\n```sh {run id=a}\n```\n')).problems).toMatchObject([{ code: 'empty-step' }])
  })

  it('takes a terminal without content for one to type in', async () => {
    expect((await parse(fence('sh {terminal id=a}', ''))).problems).toEqual([])
  })

  it('puts a mistake in YAML on its own line', async () => {
    const { problems } = await parse(fence('yaml {container id=a}', 'image: x\nport: []'))
    expect(problems).toContainEqual(expect.objectContaining({ line: 5, message: 'unknown key port', hint: 'Did you mean ports?' }))
  })

  it.each([
    ['kind: [', 4, 8],
    ['apiVersion: v1\nkind: Pod\n---\nmetadata: {}', 7, 1],
    ['just words', 4, 1],
    ['---', 4, 1],
    ['apiVersion: v1\nkind: Pod\nmetadata: { name: y }', 6, 19],
  ])('puts a mistake in a manifest on its own line: %j', async (code, line, column) => {
    expect((await parse(fence('yaml {apply id=a}', code))).problems).toMatchObject([{ code: 'bad-yaml', line, column, message: expect.not.stringContaining(' at line ') as string }])
  })

  it.each([
    ['metadata: { name: on }', 'metadata.name: to YAML on is a boolean, and no text', 'Put it in quotes: "on".'],
    ['metadata: { name: 010 }', 'metadata.name: to YAML 010 is a number, and no text', 'Put it in quotes: "010".'],
    ['metadata: { name: [a] }', 'metadata.name takes a text', undefined],
    ['metadata: { generateName: a- }', 'a manifest with generateName cannot be applied', expect.stringContaining('Give it a name') as string],
  ])('says of a name in a manifest that it is no text: %s', async (metadata, message, hint) => {
    const { problems } = await parse(fence('yaml {apply id=a}', `apiVersion: v1\nkind: Pod\n${metadata}`))
    expect(problems).toEqual([expect.objectContaining({ line: 6, message, hint })])
  })

  it.each(['12:30', '2001-01-01', 'e2'])('takes a name that is a text to kubectl: %s', async (name) => {
    expect((await parse(fence('yaml {apply id=a}', `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }`))).problems).toEqual([])
  })

  it('takes a name by an alias', async () => {
    expect((await parse(fence('yaml {apply id=a}', 'apiVersion: v1\nkind: &name Pod\nmetadata: { name: *name }'))).problems).toEqual([])
  })

  it('puts a mistake in a request on its own line', async () => {
    const { problems } = await parse(fence('http {request id=a rate=fast}', 'GET http://a/\nno header'))
    expect(problems).toContainEqual(expect.objectContaining({ code: 'bad-request', line: 5, message: '"no header" is no header' }))
    expect(problems).toContainEqual(expect.objectContaining({ code: 'bad-value', line: 3, column: 23 }))
  })

  it('survives an alias without its anchor', async () => {
    const { problems } = await parse(fence('yaml {container id=a}', '*!'))
    expect(problems).toContainEqual(expect.objectContaining({ code: 'bad-yaml', line: 4 }))
  })

  it('reports the later of two equal ids, and where the first is', async () => {
    const { problems } = await parse(`${fence('sh {run id=a}')}\n---\n\n${fence('sh {run id=a}')}`)
    expect(problems).toEqual([expect.objectContaining({ code: 'duplicate-id', line: 11, message: expect.stringContaining('deck.md:3') as string })])
  })

  it('reports a cycle of needs, once', async () => {
    const { problems } = await parse(`${fence('sh {run id=a needs=b}')}\n${fence('sh {run id=b needs=a}')}`)
    expect(problems).toEqual([expect.objectContaining({ code: 'needs-cycle', line: 3, message: 'needs go round in a circle: a → b → a' })])
  })
})

it('takes the languages that the headmatter adds, under {run} only', async () => {
  const deck = (fences: string): string => `---\nkamishibai:\n  run: { go: go run, python: python3.12 }\n---\n\n# T\n\n${fences}`
  const { steps, problems } = await parse(deck('```go {run id=a}\nx\n```\n\n```python {run id=b}\nx\n```\n\n```js {run id=c}\nx\n```\n\n```go {exec id=d in=x}\nx\n```\n'))
  expect(steps.map(({ id, lang, command }) => ({ id, lang, command }))).toEqual([
    { id: 'a', lang: 'go', command: 'go run' },
    { id: 'b', lang: 'python', command: 'python3.12' },
    { id: 'c', lang: 'js', command: undefined },
  ])
  expect(problems).toMatchObject([{ code: 'bad-language', line: 20 }])
})

it.each([
  ['js', 'a()\n// hidden: b()\n# hidden: c()', ['b()', 'c()']],
  ['sh', 'a\n// hidden: b\n# hidden: c', ['c']],
])('takes the comments of %s for hidden lines', async (lang, code, hidden) => {
  const { steps } = await parse(fence(`${lang} {run id=x}`, code))
  expect(steps[0]!.hidden).toEqual(hidden)
})

it('runs hidden lines and does not show them', async () => {
  const { steps } = await parse(fence('sh {run id=x}', 'echo a\n# hidden: echo b'))
  expect(steps[0]).toMatchObject({ code: 'echo a\necho b', visible: 'echo a', hidden: ['echo b'] })
})

it('reads the whole grammar of a brace', async () => {
  const { steps, problems } = await parse(fence(`sh {run id=a until="match=/a{2} b/i" expect='match=/"q"/' expect=exit!=0 mark=/\\d+/ mark="/x y/" needs=b, title='two words' extra print=start,2.5s,phase:ready,marker:here,end} [title] {1|3}`) + fence('sh {run id=b}'))
  expect(problems).toEqual([])
  expect(steps[0]).toMatchObject({
    until: [{ type: 'match', source: 'a{2} b', flags: 'i' }],
    expect: [{ type: 'match', source: '"q"' }, { type: 'exit', code: 0, not: true }],
    mark: [{ source: '\\d+' }, { source: 'x y' }],
    needs: ['b'],
    title: 'two words',
    extra: true,
    print: [{ type: 'start' }, { type: 'time', ms: 2500 }, { type: 'phase', phase: 'ready' }, { type: 'marker', label: 'here' }, { type: 'end' }],
  })
})

it('judges what a faulty fence needs, too', async () => {
  const { steps, problems } = await parse(fence('sh {run id=a needs=b timeout=10x}', 'true'))
  expect(problems.map(({ code, line }) => ({ code, line }))).toEqual([{ code: 'unknown-need', line: 3 }, { code: 'bad-value', line: 3 }])
  expect(steps).toEqual([])
})

it.each<[string, object]>([
  ['sh {run id=a}', { runner: 'shell', cols: 80, rows: 12, timeoutMs: 30_000, until: [], expect: [{ text: 'exit=0' }] }],
  ['sh {run id=a expect=exit!=0 out=right}', { cols: 40, expect: [{ text: 'exit!=0' }] }],
  ['sh {run id=a out=right cols=60 rows=3 timeout=2m}', { cols: 60, rows: 3, timeoutMs: 120_000 }],
  ['sh {terminal id=a}', { until: [{ text: 'settled=1s' }], expect: [] }],
  ['sh {exec id=a in=web}', { runner: 'docker', in: 'web', expect: [{ text: 'exit=0' }] }],
  ['sh {exec id=a in=pod/web}', { runner: 'kubernetes', in: 'pod/web' }],
  ['yaml {container id=a}', { runner: 'docker', expect: [{ text: 'exit=0' }] }],
  ['yaml {container id=a until=healthy@a}', { until: [{ text: 'healthy@a' }], expect: [] }],
  ['yaml {apply id=a}', { runner: 'kubernetes', until: [], expect: [] }],
  ['http {request id=a}', { runner: 'http', repeat: 1, expect: [{ text: 'status<400' }] }],
  ['http {request id=a expect=status=404}', { expect: [{ text: 'status=404' }] }],
])('gives %s what its verb stands for', (info, expected) => {
  const step = toStep(parseInfo(info)!, info.startsWith('http') ? 'GET http://a/' : 'image: a', settingsSchema.parse({}), { ...PLACE, report: () => {}, reportCode: () => {} })
  expect(step).toMatchObject(expected)
})

it('lets the last of an option that stands twice count', () => {
  const step = toStep(parseInfo('sh {run id=a rows=5 rows=6}')!, 'true', settingsSchema.parse({}), { ...PLACE, report: () => {}, reportCode: () => {} })
  expect(step!.rows).toBe(6)
})

it('makes a step or an error with a position of 10 000 random fences, never an exception', () => {
  const settings = settingsSchema.parse({})
  const markdown = createMarkdown({ katex: true, comark: false })
  const word = fc.constantFrom('run', 'runn', 'container', 'apply', 'id=a', 'id=', 'needs=,', 'until=match=/(/', 'until=exit=0', 'expect=', 'timeout=9', 'rows=-1', 'mark=/x/', 'print=1s,x', 'extra', '"', '\'', '}', '{', '=', '{{x}}', 'title="a b"')
  const info = fc.tuple(fc.constantFrom('sh', 'yaml', 'http', '', 'dockerfile'), fc.array(fc.oneof(word, fc.string()), { maxLength: 6 })).map(([lang, words]) => `${lang} {${words.join(' ')}}`)
  fc.assert(fc.property(info, fc.string(), (text, code) => {
    const parsed = parseInfo(text)
    scanFences(`\`\`\`${text}\n${code}`, markdown)
    if (!parsed)
      return
    const errors: number[] = []
    const step = toStep(parsed, code, settings, {
      ...PLACE,
      report: (offset, kind) => void (kind !== 'no-id' && errors.push(offset)),
      reportCode: (line, column) => void errors.push(line, column),
    })
    expect(step !== undefined || errors.length > 0).toBe(true)
    expect(errors.every(offset => Number.isInteger(offset) && offset >= 0)).toBe(true)
  }), { numRuns: 10_000 })
})
