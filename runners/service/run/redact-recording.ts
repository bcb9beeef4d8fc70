import type { LogEvent } from '../../protocol/event.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Rule } from './redact.ts'
import { homedir, hostname, userInfo } from 'node:os'
import { basename, dirname } from 'node:path'
import { applyRules, escapeRegExp, mapStrings } from './redact.ts'

/** Who and where the presenter is. */
export interface Identity { login: string, host: string, home: string }

/** The presenter's, as this process knows them. */
export function ownIdentity(): Identity {
  return { login: loginName(), host: hostname(), home: homedir() }
}

function loginName(): string {
  try {
    return userInfo().username
  }
  catch {
    // A user without an entry has no name that could be told.
    return ''
  }
}

/** Names that stand for everybody. */
const COMMON = /^(?:root|localhost|speaker|laptop|user|admin)$/

/** Rules that take the presenter's login, host and home out of what is written to a file; common names stay. */
export function identityRules({ login, host, home }: Identity): Rule[] {
  const word = (name: string): RegExp => new RegExp(`(?<![\\w.-])${escapeRegExp(name)}(?![\\w-])`, 'g')
  const names = [host, host.split('.')[0]!].filter(name => name.length > 2 && !COMMON.test(name))
  return [
    // The root user's is the same in every container.
    ...home && home !== '/' && home !== '/root' ? [{ pattern: new RegExp(`${escapeRegExp(home)}(?![\\w-])`, 'g'), by: '/home/speaker' }] : [],
    ...[...new Set(names)].map(name => ({ pattern: word(name), by: 'laptop' })),
    ...login.length > 2 && !COMMON.test(login) ? [{ pattern: word(login), by: 'speaker' }] : [],
  ]
}

/**
 * Rules that give the deck and its session the folders that they have on every machine. A deck right below the root
 * may lie where a container has a folder of its own.
 */
export function placeRules({ deckDir, privateDir }: { deckDir: string, privateDir: string }): Rule[] {
  const folder = (path: string): RegExp => new RegExp(`(?<![\\w.-])${escapeRegExp(path)}(?![\\w-])`, 'g')
  return [
    { pattern: folder(privateDir), by: '/tmp/kamishibai' },
    ...dirname(deckDir) === dirname(dirname(deckDir)) ? [] : [{ pattern: folder(deckDir), by: `/home/speaker/${basename(deckDir)}` }],
  ]
}

/** The recording with what the rules name replaced, in its output also where it lies across events. */
export function redactRecording(recording: Recording, rules: readonly Rule[]): Recording {
  let events = recording.events
  for (const rule of rules)
    events = redactOutput(events, rule)
  return {
    ...recording,
    events: events.map(event => event.type === 'output' ? event : mapStrings(event, text => applyRules(text, rules))),
  }
}

/** The replacement goes where a match begins; what of it lies in later events is dropped there. */
function redactOutput(events: LogEvent[], { pattern, by }: Rule): LogEvent[] {
  const whole = events.map(event => event.type === 'output' ? event.data : '').join('')
  const matches = [...whole.matchAll(pattern)].map(({ 0: match, index }) =>
    ({ from: index, to: index + match.length, by: match.replace(pattern, by) }))
  if (!matches.length)
    return events
  let at = 0
  let next = 0
  return events.map((event) => {
    if (event.type !== 'output')
      return event
    const end = at + event.data.length
    let data = ''
    while (at < end) {
      const match = matches[next]
      if (!match || match.from >= end) {
        data += whole.slice(at, end)
        at = end
      }
      else {
        if (match.from >= at)
          data += whole.slice(at, match.from) + match.by
        at = Math.min(match.to, end)
        if (match.to <= end)
          next++
      }
    }
    return { ...event, data }
  })
}
