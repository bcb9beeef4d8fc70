import { describe, expect, it } from 'vitest'
import { fence, onDecks } from '../../../_decks.ts'

const { parse } = onDecks()

describe('a container', () => {
  it('is healthy by Compose\'s words, durations among them', async () => {
    const { steps, problems } = await parse(fence('yaml {container id=a}', 'image: x\nhealthcheck: { test: "CMD true", interval: 200ms, timeout: 2s, retries: 3 }'))
    expect(problems).toEqual([])
    expect(steps[0]!.container!.healthcheck).toEqual({ test: ['CMD', 'true'], intervalMs: 200, timeoutMs: 2000, retries: 3 })
  })

  it('says where a duration is none', async () => {
    const { problems } = await parse(fence('yaml {container id=a}', 'image: x\nhealthcheck:\n  test: "true"\n  interval: soon'))
    expect(problems).toMatchObject([{ code: 'bad-yaml', line: 7, message: expect.stringContaining('soon') as string }])
  })
  it('waits with its first judgement for as long as start_period says', async () => {
    const { steps } = await parse(fence('yaml {container id=a}', 'image: x\nhealthcheck: { test: "true", start_period: 5s }'))
    expect(steps[0]!.container!.healthcheck).toMatchObject({ test: ['true'], startPeriodMs: 5000 })
  })

  it('warns where a server would be waited for until it ends', async () => {
    const served = 'image: x\nports: ["28080:80"]'
    const { problems, steps } = await parse(fence('yaml {container id=a}', served))
    expect(problems).toEqual([expect.objectContaining({ severity: 'warning', code: 'no-until', line: 3, hint: expect.stringContaining('until=http=200@http://127.0.0.1:28080/') as string })])
    expect(steps).toHaveLength(1)
    for (const [info, code] of [['until=healthy@a', served], ['expect=exit=0', served], ['', 'image: x']])
      expect((await parse(fence(`yaml {container id=a ${info}}`, code!))).problems).toEqual([])
  })

  it('is on networks in both forms of Compose', async () => {
    const list = await parse(fence('yaml {container id=a}', 'image: x\nnetworks: [front, back]'))
    expect(list.steps[0]!.container).toMatchObject({ networks: ['front', 'back'] })
    expect(list.steps[0]!.container!.endpoints).toBeUndefined()
    const mapping = await parse(fence('yaml {container id=a}', 'image: x\nnetworks:\n  front:\n  back: { aliases: [db], ipv4_address: 10.77.0.5 }'))
    expect(mapping.problems).toEqual([])
    expect(mapping.steps[0]!.container).toMatchObject({ networks: ['front', 'back'], endpoints: { front: { aliases: [] }, back: { aliases: ['db'], ipv4: '10.77.0.5' } } })
  })

  it.each([
    ['image: x\nnetworks:\n  back:\n    aliasses: [db]', 7, 'unknown key aliasses', 'Did you mean aliases?'],
    ['image: x\nnetworks:\n  back:\n    ipv6_address: "::1"', 7, 'unknown key ipv6_address', 'Did you mean ipv4_address?'],
    ['image: x\nnetworks:\n  back:\n    priority: 1', 7, 'unknown key priority', 'Allowed: aliases, ipv4_address.'],
    ['image: x\nnetworks:\n  back:\n    ipv4_address: 8.8.8.8', 7, expect.stringContaining('private network'), undefined],
    ['image: x\nnetworks:\n  back:\n    ipv4_address: nowhere', 7, expect.stringContaining('networks.back.ipv4_address'), undefined],
    ['image: x\nnetworks: [1]', 5, expect.stringContaining('networks.0'), undefined],
    ['image: x\nnetworks: front', 5, expect.stringContaining('networks'), undefined],
    ['image: x\nhealthcheck:\n  test: "true"\n  start_periode: 1s', 7, 'unknown key start_periode', 'Did you mean start_period?'],
    ['command: ls', 4, 'image is missing', undefined],
    ['imgae: x', 4, 'unknown key imgae', 'Did you mean image?'],
    ['image:', 4, 'image is empty', undefined],
    ['image: x\nports: "8080:80"', 5, 'ports takes a list', 'Write it as a list: ["8080:80"].'],
    ['image: x\nports: [[1]]', 5, 'ports.0 takes a text or a number', undefined],
    ['image: x\nenvironment: { a: [1] }', 5, 'environment.a takes a text or a number or true or false', undefined],
    ['image: x\nvolumes: [3]', 5, 'volumes.0 takes a text', 'Put it in quotes: "3".'],
    ['image: x\nmem_limit: 3q', 5, 'mem_limit: 3q is no size: write 64m or 1g', undefined],
    ['image: x\npids_limit: 0', 5, 'pids_limit is to be more than 0', undefined],
    ['image: x\nhealthcheck: { interval: 1s }', 5, 'healthcheck.test is missing', undefined],
    ['just words', 4, 'this is no container', 'Write keys of a Compose service, image among them.'],
    ['image: x\n  ports: ["1:2"]', 4, expect.stringContaining('Nested mappings') as string, expect.stringContaining('Look at the indentation') as string],
    ['image: x\ndepends_on: [y]', 5, 'unknown key depends_on', expect.stringMatching(/^Allowed: image, command/)],
  ])('says what is not understood where it stands: %j', async (code, line, message, hint) => {
    const { problems } = await parse(fence('yaml {container id=a}', code))
    expect(problems).toMatchObject([{ code: 'bad-yaml', line, message, ...hint && { hint } }])
  })
})
