import { expect, it } from 'vitest'
import { withoutPrompts } from '../../../../runners/cli/import/prompts.ts'
import { fromRunme } from '../../../../runners/cli/import/runme.ts'

it.each<[string, string[], { commands: string[], output: string[] } | undefined]>([
  ['commands without prompts', ['echo hi', 'price="$ 5"'], undefined],
  ['a command and its output', ['$ echo hello', 'hello', ''], { commands: ['echo hello'], output: ['hello'] }],
  ['several', ['$ a', 'one', '$ b', 'two'], { commands: ['a', 'b'], output: ['one', 'two'] }],
  ['a command that goes on', ['$ docker run \\', '>   -d web \\', '    sh', 'id'], { commands: ['docker run \\', '  -d web \\', '    sh'], output: ['id'] }],
  ['a document', ['$ cat <<EOF', '> one', 'two', '> EOF', 'one'], { commands: ['cat <<EOF', 'one', 'two', 'EOF'], output: ['one'] }],
  ['a comment above', ['# say hello', '', '$ echo hello'], { commands: ['# say hello', '', 'echo hello'], output: [] }],
])('reads %s', (_, code, copied) => {
  expect(withoutPrompts(code)).toEqual(copied)
})

it('makes steps of copied sessions, and tells of the output that stands apart', () => {
  const { deck, steps, lost } = fromRunme('# Say\n\n```console\n$ echo hello\nhello\n```\n\n```console\nno prompt\n```\n\n```sh\n$ true\n```\n')
  expect(deck).toContain('```sh {run id=say}\necho hello\n```\n\n```text\nhello\n```\n')
  expect(deck).toContain('```console\nno prompt\n```')
  expect(deck).toContain('```sh {run id=say-2}\ntrue\n```')
  expect(steps).toBe(2)
  expect(lost).toEqual([{ line: 3, what: 'output below a command as a part of the step', hint: expect.stringContaining('below say') as string }])
})
