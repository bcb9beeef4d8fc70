import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseDeck } from '../../../runners/deck/parse.ts'
import { cpuBetween, toReading } from '../../../runners/docker/stats.ts'

async function measuredIn(markdown: string): Promise<string[] | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'deck.md'), markdown)
  return (await parseDeck(join(dir, 'deck.md'))).measured
}

it('finds what the deck\'s views ask to be measured', async () => {
  expect(await measuredIn('# One\n\n<LiveStats of="ten, web" />\n\n---\n\n# Two\n\n<live-stats of="web"/>\n')).toEqual(['ten', 'web'])
  expect(await measuredIn('# All\n\n<LiveStats />\n')).toEqual(['*'])
  expect(await measuredIn('# None\n\n<LiveContainers steps="ten" />\n')).toEqual([])
})

function stats(total: number, seconds: number, memory: object): Parameters<typeof toReading>[0] {
  return {
    read: new Date(seconds * 1000).toISOString(),
    cpu_stats: { cpu_usage: { total_usage: total } },
    memory_stats: memory,
  }
}

it('counts memory without the file cache, under either version of cgroups', () => {
  expect(toReading(stats(1, 1, { usage: 100, stats: { total_inactive_file: 30 } }))!.memory).toBe(70)
  expect(toReading(stats(1, 1, { usage: 100, stats: { inactive_file: 20 } }))!.memory).toBe(80)
  expect(toReading(stats(1, 1, { usage: 10, stats: { inactive_file: 20 } }))!.memory).toBe(10)
  expect(toReading(stats(0, 1, {}))).toBeUndefined()
})

it('counts the cores between two readings', () => {
  const [a, b] = [toReading(stats(1e9, 10, { usage: 1 }))!, toReading(stats(1.75e9, 11, { usage: 1 }))!]
  expect(cpuBetween(a, b)).toBe(0.75)
  expect(cpuBetween(b, { ...b, at: b.at + 1000, total: 0 })).toBe(0)
})
