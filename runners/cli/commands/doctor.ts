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
import { askTrust } from '../io/trust.ts'
import { createWaiting } from '../process/waiting.ts'
import { themeProblem } from '../slidev/presentable.ts'
import { findBrowser, runScript } from '../slidev/slidev.ts'
import { writableFinding } from '../slidev/writable.ts'

export interface DoctorCommand { deck: string, json: boolean, fix: boolean, trust: boolean }

const MARKS = { risk: '✗', warning: '!', info: 'i' }

/**
 * `kamishibai doctor`: whether the talk can be given on this machine; resolves with the exit code, 1 if it is at risk.
 */
export async function doctor({ deck: path, json, fix, trust }: DoctorCommand): Promise<number> {
  const parsed = await parseDeck(path)
  const theme = await themeProblem(parsed)
  const deck = theme ? { ...parsed, problems: [...parsed.problems, theme] } : parsed
  const doctor = await createDoctor({ deck, env: process.env })
  try {
    if (fix) {
      await runOwnScripts(parsed, trust)
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

/** A script that a deck brings, and what runs it. */
interface OwnScript { program: string, file: string }

/**
 * The scripts of a deck that get what it needs: `demo/build-image.ts` beside it builds the images of its demos, and
 * another fetches what its virtual machine is made of.
 */
function ownScripts({ dir, steps }: Deck): OwnScript[] {
  const scripts = [
    { program: process.execPath, file: 'demo/build-image.ts' },
    ...steps.some(step => step.requires.includes('vm')) ? [{ program: 'sh', file: MACHINE_SCRIPT }] : [],
  ]
  return scripts.filter(({ file }) => existsSync(join(dir, file)))
}

/** Runs them where the user trusts the deck: they are its code. They tell how far they are, and what they cannot do. */
async function runOwnScripts(deck: Deck, trust: boolean): Promise<void> {
  const scripts = ownScripts(deck)
  const answer = scripts.length ? await askTrust(deck, { trust }) : 'declined'
  if (answer === 'trusted') {
    for (const { program, file } of scripts)
      await runScript(program, [join(deck.dir, file)])
  }
  if (answer === 'unasked')
    say.warn(`${deck.name}.md is not approved, and there is no terminal to ask at: ${scripts.map(({ file }) => file).join(' and ')} did not run. To run it: doctor --fix --trust`)
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
