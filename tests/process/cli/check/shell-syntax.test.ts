import process from 'node:process'
import { afterEach, expect, it } from 'vitest'
import { readSaid, shellProblems } from '../../../../runners/cli/check/shell-syntax.ts'
import { fence, onDecks } from '../../../_decks.ts'

const { parse } = onDecks()
const PATH = process.env.PATH
afterEach(() => void (process.env.PATH = PATH))

async function problemsOf(info: string, code: string) {
  return shellProblems((await parse(fence(info, code))).steps)
}

it.each([
  ['sh {run id=a}', 'echo hi\necho "open', 5, 'error'],
  ['bash {run id=a}', 'true\nfi', 5, 'error'],
  ['sh {exec id=a in=web}', 'fi', 4, 'warning'],
  ['sh {terminal id=a}', 'echo "open', 4, 'error'],
])('%s cannot be read: %j', async (info, code, line, severity) => {
  expect(await problemsOf(info, code)).toEqual([expect.objectContaining({ code: 'bad-script', file: 'deck.md', line, severity })])
})

it.each([
  ['sh {run id=a}', 'for i in 1 2; do\n  echo "$i" # it\'s fine\ndone'],
  ['bash {run id=a}', `names=(a b)\n[[ \${names[0]} == a ]] && cat <<< "$names"`],
  ['sh {run id=a}', '# hidden: if true; then\necho\n# hidden: fi'],
  // Its second line is the program's that the first one starts.
  ['sh {terminal id=a}', 'python3\nprint("a" if 1 else \')\')'],
  ['sh {terminal id=a enter=no}', 'echo "open'],
  ['sh {run id=a expect=exit=2}', 'fi'],
  ['sh {run id=a expect=exit!=0}', 'fi'],
])('%s has nothing wrong in %j', async (info, code) => {
  expect(await problemsOf(info, code)).toEqual([])
})

it('runs nothing of a block', async () => {
  expect(await problemsOf('sh {run id=a}', `echo "$(exit 3)" \`exit 3\` \${x:?}; exit 3`)).toEqual([])
})

it('warns of a prompt, and of a shell that is not here', async () => {
  expect(await problemsOf('sh {run id=a}', 'true\n$ echo "$HOME"')).toEqual([expect.objectContaining({ severity: 'warning', code: 'prompt', line: 5 })])
  process.env.PATH = '/nowhere'
  const { steps } = await parse(`${fence('zsh {run id=a}')}\n${fence('zsh {run id=b}')}\n${fence('zsh {exec id=c in=web}')}`)
  expect(await shellProblems(steps)).toEqual([expect.objectContaining({ severity: 'warning', code: 'no-shell', line: 3, message: 'there is no zsh on this machine: a was not looked at, and cannot run here' })])
})

it.each([
  ['dash: 3: Syntax error: Unterminated quoted string', 3, 'unterminated quoted string'],
  ['bash: -c: line 9: syntax error: unexpected end of file', 4, 'unexpected end of file'],
  ['bash: line 2: unexpected EOF while looking for matching `"\'\nbash: line 5: more', 2, 'unexpected EOF while looking for matching `"\''],
  ['zsh:2: parse error near `done\'', 2, 'parse error near `done\''],
  ['sh: syntax error: unexpected end of file', 1, 'unexpected end of file'],
  ['', 1, ''],
])('reads what a shell says: %j', (text, line, message) => {
  expect(readSaid(text, 4)).toEqual({ line, message })
})
