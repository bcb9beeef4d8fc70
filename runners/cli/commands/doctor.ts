import type { Deck } from '../../deck/deck.ts'
import type { Finding } from '../../service/doctor/finding.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseDeck } from '../../deck/parse.ts'
import { createDoctor } from '../../service/doctor/doctor.ts'
import { MACHINE_SCRIPT } from '../../service/doctor/engines.ts'
import { fine, worstFirst } from '../../service/doctor/finding.ts'
import { say } from '../io/say.ts'
import { createWaiting } from '../process/waiting.ts'
import { themeProblem } from '../slidev/presentable.ts'
import { findBrowser, runScript } from '../slidev/slidev.ts'
import { writableFinding } from '../slidev/writable.ts'

export interface DoctorCommand { deck: string, json: boolean, fix: boolean }

const MARKS = { risk: '✗', warning: '!', info: 'i' }

/**
 * `kamishibai doctor`: whether the talk can be given on this machine; resolves with the exit code, 1 if it is at risk.
 */
export async function doctor({ deck: path, json, fix }: DoctorCommand): Promise<number> {
  const parsed = await parseDeck(path)
  const theme = await themeProblem(parsed)
  const deck = theme ? { ...parsed, problems: [...parsed.problems, theme] } : parsed
  const doctor = await createDoctor({ deck, env: process.env })
  try {
    if (fix) {
      await buildOwnImages(deck.dir)
      await fetchMachine(deck)
      const waiting = createWaiting()
      const failed = await doctor.fetchImages((image, done, total) => {
        const percent = process.stderr.isTTY && total ? Math.round(100 * done / total) : undefined
        waiting.tell(image, percent, percent === undefined ? undefined : 100)
      })
      waiting.end()
      for (const message of failed)
        say.error(message)
    }
    const findings = worstFirst([...await doctor.examine({ fixed: fix }), checkBrowser(), writableFinding(deck)])
    const ok = !findings.some(finding => !finding.ok && finding.severity === 'risk')
    process.stdout.write(json ? `${JSON.stringify({ ok, checks: findings }, null, 2)}\n` : formatFindings(deck.name, findings, ok))
    return ok ? 0 : 1
  }
  finally {
    await doctor.close()
  }
}

/** A deck may bring a script that builds the images of its demos: `demo/build-image.ts` beside it. */
async function buildOwnImages(dir: string): Promise<void> {
  const script = join(dir, 'demo', 'build-image.ts')
  if (existsSync(script))
    await runScript(process.execPath, [script])
}

/** What a virtual machine of the deck is made of; the script tells how far it is, and what it cannot get. */
async function fetchMachine({ dir, steps }: Deck): Promise<void> {
  const script = join(dir, MACHINE_SCRIPT)
  if (steps.some(step => step.requires.includes('vm')) && existsSync(script))
    await runScript('sh', [script])
}

function checkBrowser(): Finding {
  try {
    return fine('browser', `a browser for export: ${findBrowser()}`)
  }
  catch (error) {
    return { id: 'browser', ok: false, severity: 'warning', message: `${(error as Error).message}: no PDF can be made`, fix: (error as { hint?: string }).hint }
  }
}

function formatFindings(name: string, findings: Finding[], ok: boolean): string {
  const lines = findings.flatMap(({ ok, severity, message, fix }) => [`${ok ? '✓' : MARKS[severity]} ${message}`, ...!ok && fix ? [`    ${fix}`] : []])
  return `${lines.join('\n')}\n\n${ok ? `${name} can be given on this machine.` : `${name} is at risk on this machine.`}\n`
}
