import type { Argv } from 'yargs'

/** What stands below the options of a command's `--help`: its exit codes, and the variables that it heeds. */
interface Notes { exits: [code: number, when: string][], variables: (keyof typeof VARIABLES)[] }

const VARIABLES = {
  NO_COLOR: 'set: no colours',
  DOCKER_HOST: 'the Docker engine, as docker itself takes it; DOCKER_CONTEXT too',
  KUBECONFIG: 'where contexts of Kubernetes are found; a step sees the session\'s own only',
  KAMISHIBAI_BROWSER: 'Chromium or Chrome, where it is not found by itself',
  XDG_STATE_HOME: 'approvals of decks lie in kamishibai/ below it',
  XDG_CACHE_HOME: 'what clusters are built from, and compiled code, lie in kamishibai/ below it',
} as const

const USAGE = [2, 'the call cannot be meant, or nothing may run without --trust'] as [number, string]
const ENDED: [number, string][] = [[130, 'ended by Ctrl-C'], [143, 'ended by SIGTERM'], [129, 'its terminal was closed']]
const LIVE = ['NO_COLOR', 'DOCKER_HOST', 'KUBECONFIG', 'XDG_STATE_HOME'] as const

const NOTES: Record<string, Notes> = {
  init: { exits: [[0, 'the deck is written'], [1, 'there is a deck already'], USAGE], variables: ['NO_COLOR'] },
  import: { exits: [[0, 'the deck is written; what it could not carry over stands on standard error'], [1, 'there is such a deck already, the new one has mistakes, or the file is empty'], [2, 'the call cannot be meant, such as a file that is not there']], variables: ['NO_COLOR'] },
  present: { exits: [[1, 'the deck cannot be presented, or something failed'], USAGE, [130, 'ended by Ctrl-C, as talks are'], ...ENDED.slice(1)], variables: [...LIVE] },
  edit: { exits: [[1, 'the deck cannot be served, or something failed'], USAGE, [130, 'ended by Ctrl-C'], ...ENDED.slice(1)], variables: [...LIVE] },
  rehearse: { exits: [[0, 'the rehearsal is over'], [1, 'the deck has errors'], USAGE, ...ENDED.slice(1)], variables: ['NO_COLOR'] },
  record: { exits: [[0, 'every step is recorded, or cannot run on this machine'], [1, 'a step failed, or the deck has errors'], USAGE, ...ENDED], variables: [...LIVE] },
  check: { exits: [[0, 'every step is ok'], [1, 'a step is not, or the deck has errors'], USAGE, ...ENDED], variables: [...LIVE] },
  export: { exits: [[0, 'everything is printed'], [1, 'a step has no recording, or a damaged one, or nothing was written'], USAGE, ...ENDED], variables: ['NO_COLOR', 'KAMISHIBAI_BROWSER'] },
  build: { exits: [[0, 'the site is written'], [1, 'the deck has errors, a step has no recording, or a damaged one, or nothing was written'], USAGE, ...ENDED], variables: ['NO_COLOR'] },
  plan: { exits: [[0, 'the deck is understood'], [1, 'the deck has errors'], USAGE], variables: ['NO_COLOR'] },
  doctor: { exits: [[0, 'the talk can be given'], [1, 'it is at risk'], USAGE], variables: ['NO_COLOR', 'DOCKER_HOST', 'KUBECONFIG', 'KAMISHIBAI_BROWSER'] },
  sweep: { exits: [[0, 'nothing is left of sessions that are over'], [1, 'something could not be removed'], USAGE], variables: ['NO_COLOR', 'DOCKER_HOST', 'KUBECONFIG'] },
  cluster: { exits: [[0, 'it is done'], [1, 'it cannot be done on this machine, or there is no such cluster'], USAGE], variables: ['NO_COLOR', 'KUBECONFIG', 'XDG_CACHE_HOME'] },
}

/** Adds exit codes and environment to the help of a command. */
export function withNotes<T>(args: Argv<T>, command: string): Argv<T> {
  const { exits, variables } = NOTES[command]!
  const width = Math.max(...variables.map(name => name.length))
  return args.epilogue([
    'Exit codes:',
    ...exits.map(([code, when]) => `  ${String(code).padEnd(3)}  ${when}`),
    '',
    'Environment:',
    ...variables.map(name => `  ${name.padEnd(width)}  ${VARIABLES[name]}`),
  ].join('\n'))
}
