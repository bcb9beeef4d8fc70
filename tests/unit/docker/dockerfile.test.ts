import { describe, expect, it } from 'vitest'
import { readBuild } from '../../../runners/docker/build-output.ts'
import { baseImages, labelDockerfile } from '../../../runners/docker/dockerfile.ts'
import { parseIgnore } from '../../../runners/docker/ignore.ts'
import { parseInstructions } from '../../../runners/protocol/dockerfile.ts'

describe('a Dockerfile', () => {
  const code = `# a comment
ARG BASE=busybox:1
from \${BASE} \\
  # within
  AS one

RUN true && \\
  false
FROM one
COPY --from=other/tools:2 --chown=0 /a /b`

  it('has instructions with their lines', () => {
    expect(parseInstructions(code).map(({ line, lastLine, keyword, rest }) => [line, lastLine, keyword, rest])).toEqual(
      [
        [2, 2, 'ARG', 'BASE=busybox:1'],
        [3, 5, 'FROM', `\${BASE}  AS one`],
        [7, 8, 'RUN', 'true &&  false'],
        [9, 9, 'FROM', 'one'],
        [10, 10, 'COPY', '--from=other/tools:2 --chown=0 /a /b'],
      ],
    )
    expect(parseInstructions('# escape=`\nRUN a `\n b').map(i => i.lastLine)).toEqual([3])
    expect(parseInstructions('\n \n# nothing')).toEqual([])
  })

  it('has documents that belong to their instruction', () => {
    const instructions = parseInstructions('FROM a\nRUN <<EOF cat <<"TWO"\nCOPY x\nEOF\nRUN y\nTWO\nCOPY <<-f /f\n\ttext\n\tf\nCMD cat << x\nUSER me')
    expect(instructions.map(({ keyword, line, lastLine }) => [keyword, line, lastLine])).toEqual([['FROM', 1, 1], ['RUN', 2, 6], ['COPY', 7, 9], ['CMD', 10, 10], ['USER', 11, 11]])
  })

  it('is labelled behind each FROM, and its lines are still known', () => {
    const { text, instructions, lineOf } = labelDockerfile(code, { 'dev.a': 'x', 'b': '$5 "q"' })
    const lines = text.split('\n')
    expect(lines[5]).toBe('LABEL dev.a="x" b="\\$5 \\"q\\""')
    expect(lines[10]).toBe(lines[5])
    expect(lines.filter((_, i) => i !== 5 && i !== 10).join('\n')).toBe(code)
    expect([1, 5, 7, 10, 12].map(lineOf)).toEqual([1, 5, 6, 9, 10])
    expect(instructions.map(i => i.added)).toEqual([false, false, true, false, false, true, false])
  })

  it('says which images it needs', () => {
    expect(baseImages(code)).toEqual(['busybox:1', 'other/tools:2'])
    expect(baseImages('FROM scratch\nCOPY --from=0 /a /b')).toEqual([])
    expect(baseImages(`ARG X\nFROM $X\nFROM \${Y:-debian}\nFROM --platform=linux/amd64 "a"`)).toEqual(['debian', '"a"'])
  })
})

describe('a .dockerignore', () => {
  it.each([
    ['node_modules', ['node_modules', 'node_modules/a/b'], ['a/node_modules', 'node_modules2']],
    ['**/node_modules', ['node_modules', 'a/b/node_modules/c'], ['x']],
    ['*.md\n!README.md', ['a.md'], ['README.md', 'a/b.md']],
    ['a\n!a/keep', ['a', 'a/x'], ['a/keep', 'a/keep/b']],
    ['/a/\n# c\n\n  b  ', ['a', 'a/x', 'b'], ['c', '# c']],
    ['a/**/z', ['a/z', 'a/b/c/z'], ['z', 'a']],
    ['[ab].txt\nfile?', ['a.txt', 'b.txt', 'file1'], ['c.txt', 'file', 'file/1']],
    ['a\\*b\n+(x)', ['a*b', '+(x)'], ['aab', 'x']],
    ['.\n', [], ['a']],
    ['[', ['['], ['a']],
  ])('%j', (text, out, kept) => {
    const ignored = parseIgnore(text)
    expect(out.filter(path => !ignored(path))).toEqual([])
    expect(kept.filter(path => ignored(path))).toEqual([])
  })
})

it('tells a build as docker does, without the instructions that are ours', () => {
  const reader = readBuild(labelDockerfile('FROM a\nRUN b', { l: 'x' }).instructions)
  const streams = ['Step 1/3 : FROM a', '\n', ' ---> 0123456789ab\n', 'Step 2/3 : LABEL l="x"', '\n', ' ---> Running in 9\n', ' ---> 456789abcdef\n', 'Step 3/3 : RUN b', '\n', ' ---> Running in 8\n', 'out\n', 'Removing intermediate container 8\n', ' ---> Removed intermediate container 8\n', ' ---> Using cache\n', 'Successfully built 789\n']
  const payloads = streams.flatMap(stream => reader.read({ stream }))
  // eslint-disable-next-line no-control-regex
  expect(payloads.map(p => p.type === 'output' ? p.data.replace(/\x1B\[\d*m/g, '') : '').join('')).toBe('Step 1/2 : FROM a\r\nStep 2/2 : RUN b\r\nout\r\n ---> Using cache\r\n')
  expect(payloads.filter(p => p.type === 'progress')).toEqual([1, 2, 2].map((n, i) => ({ type: 'progress', label: `layer ${n}/2`, done: i, total: 2 })))
})
