import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { isGrant, readGrant } from '../../../runners/deck/grants.ts'
import { parseDeck } from '../../../runners/deck/parse.ts'
import { GRANT_FORMS, parseGrant } from '../../../runners/protocol/grant.ts'
import { parsePattern, settingsSchema } from '../../../runners/protocol/headmatter.ts'

async function parse(headmatter: string, body = '# T\n\n```sh {run id=web}\ntrue\n```\n\n```sh {run id=faulty timeout=soon}\ntrue\n```\n') {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-headmatter-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'deck.md'), `---\n${headmatter}\n---\n\n${body}`)
  const { problems, settings } = await parseDeck(join(dir, 'deck.md'))
  return { settings, problems: problems.filter(problem => problem.column !== 17 || problem.line < 5) }
}

/** Mistakes as `LINE:COLUMN message. Hint`. */
async function mistakes(headmatter: string): Promise<string[]> {
  const { problems } = await parse(headmatter)
  expect(problems.every(problem => problem.file === 'deck.md' && problem.severity === 'error')).toBe(true)
  return problems.filter(({ message }) => !message.startsWith('timeout:')).map(({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? `. ${hint}` : ''}`)
}

describe('a grant', () => {
  it.each([
    'privileged:web',
    'host-network:web',
    'host-pid:web',
    'mount:/var/log:ro:web',
    'mount:./data:rw:web',
    'cap:NET_ADMIN:web',
    'cap:CAP_SYS_TIME:web',
    'device:/dev/kvm:web',
    'port:0.0.0.0:web',
    'port::::web',
    'port:[fd00::1]:web',
    'cluster:create',
    'cluster:cut',
    'cluster-scoped:web',
    'crd:demo.example.org',
    'unguarded:web',
    'privileged:faulty',
  ])('is taken: %s', async (grant) => {
    const { problems, settings } = await parse(`kamishibai:\n  grants:\n    - ${grant}`)
    expect(problems.filter(({ line }) => line < 6)).toEqual([])
    expect(settings.grants).toEqual([grant])
  })

  it.each([
    ['privilegd:web', '4:7 privilegd is no grant. Did you mean privileged:STEP?'],
    ['root:web', expect.stringMatching(/^4:7 root is no grant\. Allowed: privileged:STEP, .*crd:GROUP, unguarded:STEP\.$/)],
    ['privileged', '4:7 privileged is not understood. Write privileged:STEP.'],
    ['privileged:web:more', '4:7 privileged:web:more is not understood. Write privileged:STEP.'],
    ['privileged:Web', '4:18 Web is no step\'s id. Write privileged:STEP.'],
    ['mount:/x:web', '4:7 mount:/x:web is not understood. Write mount:PATH:ro|rw:STEP.'],
    ['mount:/x:wr:web', '4:16 a mount cannot be wr. Write ro to let the step read, rw to let it write.'],
    ['cap:NET_ADMN:web', '4:11 NET_ADMN is no capability. Did you mean NET_ADMIN?'],
    ['cap:net_raw:web', '4:11 net_raw is no capability. Did you mean NET_RAW?'],
    ['device:kvm:web', '4:14 kvm is no device. Write its path, as in device:/dev/kvm:STEP.'],
    ['port:everywhere:web', '4:12 everywhere is no address. Write one of the machine, as in port:0.0.0.0:STEP.'],
    ['cluster:creat', '4:15 a cluster cannot be granted creat. Did you mean create?'],
    ['crd:Demo', '4:11 Demo is no API group. Write crd:GROUP, as in crd:demo.example.org.'],
    ['privileged:wob', '4:18 the grant privileged:wob is for a step that is not there: wob. Did you mean web?'],
    ['"host-pid:elsewhere"', '4:17 the grant host-pid:elsewhere is for a step that is not there: elsewhere. Allowed: web, faulty.'],
    ['mount: /x:ro:web', '4:7 kamishibai.grants.0: write it without a blank behind its colons, or in quotes'],
  ])('is a mistake at its place: %s', async (grant, message) => {
    expect(await mistakes(`kamishibai:\n  grants:\n    - ${grant}`)).toEqual([message])
  })

  it('is left out where it is faulty, and the others hold', async () => {
    expect((await parse('kamishibai:\n  grants: [ privilegd:web, host-pid:web ]\n  defaults: { cols: 66 }')).settings).toMatchObject({ grants: ['host-pid:web'], defaults: { cols: 66 } })
  })

  it('is a grant or a mistake with a place, whatever it is', () => {
    const part = fc.constantFrom(...Object.keys(GRANT_FORMS), ...Object.values(GRANT_FORMS), 'web', '/x', 'ro', '::1', '0.0.0.0', ':')
    fc.assert(fc.property(fc.oneof(fc.string(), fc.array(part, { maxLength: 5 }).map(parts => parts.join(':'))), (text) => {
      const read = readGrant(text)
      expect(isGrant(read)).toBe(parseGrant(text) !== undefined)
      expect(isGrant(read) || (read.offset >= 0 && read.offset <= text.length)).toBe(true)
    }), { numRuns: 5000 })
  })
})

describe('a setting', () => {
  it.each([
    ['limts: {}', '3:3 unknown key limts. Did you mean limits?'],
    ['limits: { memry: 1g }', '3:13 unknown key memry. Did you mean memory?'],
    ['limits: { memory: lots }', '3:21 kamishibai.limits.memory cannot be "lots": write a size like 256m'],
    ['limits: { memory: 256 }', '3:21 kamishibai.limits.memory cannot be 256: no container runs with less than 6m'],
    ['limits: { cpus: "2" }', '3:19 kamishibai.limits.cpus cannot be "2": write a number of cores like 0.5'],
    ['limits: { cpus: 0 }', '3:19 kamishibai.limits.cpus cannot be 0: write more than 0'],
    ['limits: { pids: 1.5 }', '3:19 kamishibai.limits.pids cannot be 1.5: write a whole number'],
    ['limits: { outputMiB: 1000 }', '3:24 kamishibai.limits.outputMiB cannot be 1000: write 256 or less: a recording is no larger'],
    ['defaults: { timeout: soon }', '3:24 kamishibai.defaults.timeout cannot be "soon": write a duration like 500ms, 20s or 2m'],
    ['defaults: { fallback: aut }', '3:25 kamishibai.defaults.fallback cannot be "aut": it is unknown. Did you mean auto?'],
    ['mode: liv', '3:9 kamishibai.mode cannot be "liv": it is unknown. Did you mean live?'],
    ['env: [ GOOD, "not-good" ]', '3:16 kamishibai.env.1 cannot be "not-good": write the name of a variable: letters, digits and _'],
    ['env: DOCKER_HOST', '3:8 kamishibai.env cannot be "DOCKER_HOST": write a list: [one, two]'],
    ['env: [ DOCKER_HOST ]', '3:10 kamishibai.env.0 cannot be "DOCKER_HOST": the session sets it itself; what a step may do beyond the guard stands in grants'],
    ['contexts: [ "two words" ]', '3:15 kamishibai.contexts.0 cannot be "two words": write the name of a context'],
    ['contexts: [ "*" ]', '3:15 kamishibai.contexts.0 cannot be "*": name the contexts: a pattern for all of them would reach every cluster'],
    ['redact: [ "tok-(" ]', '3:13 kamishibai.redact.0 cannot be "tok-(": /tok-(/g: Unterminated group'],
    ['redact: [ "x*" ]', '3:13 kamishibai.redact.0 cannot be "x*": it matches the empty text, so it would stand between all letters'],
    ['redact: [ /x/q ]', '3:13 kamishibai.redact.0 cannot be "/x/q": Invalid flags supplied to RegExp constructor \'qg\''],
    ['run: { go: [go, run] }', '3:14 kamishibai.run.go: write the command that runs it'],
    ['run: { ruby: " " }', '3:16 kamishibai.run.ruby cannot be " ": write the command that runs it'],
    ['run: { sh: dash }', '3:14 kamishibai.run.sh cannot be "dash": a shell runs itself; a program of another name needs a language of its own'],
  ])('is a mistake at its place: %s', async (line, message) => {
    expect(await mistakes(`kamishibai:\n  ${line}`)).toEqual([message])
  })

  it('is told each for itself, all at once', async () => {
    expect(await mistakes('title: T\nkamishibai:\n  mode: liv\n  redact:\n    - "("\n  limits:\n    cpus: 0')).toEqual([
      expect.stringMatching(/^4:9 /),
      expect.stringMatching(/^6:7 /),
      expect.stringMatching(/^8:11 /),
    ])
  })

  it('is found where the key that holds them all is misspelt', async () => {
    expect(await mistakes('title: T\nkamishbai: {}')).toEqual(['3:1 unknown key kamishbai. Did you mean kamishibai?'])
  })

  it('takes what it may', async () => {
    const { settings, problems } = await parse('kamishibai:\n  env: [ LANG, npm_config_x ]\n  contexts: [ my-cluster, "dev-*" ]\n  redact: [ "tok-\\\\w+", /secret/i ]\n  limits: { memory: 64m, cpus: 0.5, pids: 10, outputMiB: 1 }')
    expect(problems.filter(({ line }) => line < 8)).toEqual([])
    expect(settings).toMatchObject({ env: ['LANG', 'npm_config_x'], contexts: ['my-cluster', 'dev-*'], redact: ['tok-\\w+', '/secret/i'], limits: { memory: '64m', cpus: 0.5, pids: 10, outputMiB: 1 } })
  })

  it('is read from a headmatter that is a YAML fence', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kamishibai-headmatter-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    await writeFile(join(dir, 'deck.md'), '```yaml\nkamishibai:\n  limits: { cpus: 3 }\n```\n\n# T\n')
    expect((await parseDeck(join(dir, 'deck.md'))).settings.limits.cpus).toBe(3)
  })
})

it('reads a pattern with and without flags, always for all of a text', () => {
  expect('a1 A2'.replace(parsePattern('a\\d'), '_')).toBe('_ A2')
  expect('a1 A2 a3'.replace(parsePattern('/a\\d/i'), '_')).toBe('_ _ _')
})

it('stands in the schema for editors as it is read', async () => {
  const schema = z.toJSONSchema(z.looseObject({ kamishibai: settingsSchema.optional() }), { io: 'input', unrepresentable: 'any' })
  await expect(`${JSON.stringify({ title: 'The headmatter of a Slidev deck with Kamishibai', ...schema }, null, 2)}\n`).toMatchFileSnapshot('../../../setup/headmatter.schema.json')
  expect(schema).toMatchObject({ additionalProperties: {}, properties: { kamishibai: { additionalProperties: false, properties: { confine: { type: 'boolean' } } } } })
})

it('reports an unknown key on its line', async () => {
  expect(await mistakes('title: T\nkamishibai:\n  limts: {}')).toEqual([expect.stringMatching(/^4:3 .*Did you mean limits\?$/)])
})
