import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kamishibai, ROOT } from '../../../_cli.ts'

let dir: string
let deck: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-failing-'))
  deck = join(dir, 'deck.md')
  await writeFile(deck, `---
addons: [kamishibai]
kamishibai:
  redact: ['/pin-\\d+/']
---

# A

\`\`\`sh {run id=a}
seq 20
printf '\\033[31mmy pin-1234\\033[0m & more\\033]0;title\\a\\n'
ls /nope-dir
\`\`\`

\`\`\`sh {run id=b}
echo fine
\`\`\`
`)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('a failing step says with what its output ended', () => {
  it.each([[['record', '--trust'], '  not written'], [['check', '--mode', 'live', '--trust'], '']])('as text: %j', async ([command, ...options], note) => {
    const { code, out } = await kamishibai(command!, deck, ...options)
    expect(out).toContain(` s${note}\n    ${relative(ROOT, deck)}:9  it ended with exit code 2. See its output.\n      18\n`)
    expect(out).toMatch(/✗ a .*\n.*\n {6}18\n {6}19\n {6}20\n {6}my \[redacted\] & more\n {6}ls: .*\/nope-dir[^.\n]*\n✓ b /)
    expect(code).toBe(1)
  })

  it('as JSON', async () => {
    const { out } = await kamishibai('check', deck, '--mode', 'live', '--trust', '--reporter', 'json')
    const { steps } = JSON.parse(out) as { steps: { id: string, output?: string[] }[] }
    expect(steps[0]!.output).toEqual(['18', '19', '20', 'my [redacted] & more', expect.stringContaining('/nope-dir') as string])
    expect(steps[1]).not.toHaveProperty('output')
  })

  it('as JUnit', async () => {
    const { out } = await kamishibai('check', deck, '--mode', 'live', '--trust', '--reporter', 'junit')
    expect(out).toMatch(/<failure [^>]*>✗ exit=0[^<]*&#10;18&#10;19&#10;20&#10;my \[redacted\] &amp; more&#10;ls: [^<]*\/nope-dir[^<]*<\/failure>/)
  })
})
