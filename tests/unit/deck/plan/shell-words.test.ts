import { expect, it } from 'vitest'
import { nameOf, shellCommands } from '../../../../runners/deck/plan/shell-words.ts'

it.each<[string, string, string[][]]>([
  ['quotes', `echo "a b" 'c d'\\ e "x\\"y" --k="v w"`, [['echo', 'a b', 'c d e', 'x"y', '--k=v w']]],
  ['operators', 'a && b||c; d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
  ['continued lines', 'docker run \\\n  -d x', [['docker', 'run', '-d', 'x']]],
  ['comments', '# docker run evil\na # docker run evil\nb#c', [['a'], ['b#c']]],
  ['loops', 'for i in 1 2; do\n  a $i\ndone', [['for', 'i', 'in', '1', '2'], ['a', '$i']]],
  ['substitutions', 'a "$(b c)" `d`; (e $((1 + 2)))', [['b', 'c'], ['d'], ['a', '$(b c)', '`d`'], ['e', '$((1 + 2))']]],
  ['shells in shells', `docker exec x sh -c 'a "b c"; d'`, [['docker', 'exec', 'x', 'sh', '-c', 'a "b c"; d'], ['a', 'b c'], ['d']]],
  ['here-documents', 'cat <<EOF >f\ndocker run evil\nEOF\na <<-X\n\tb\n\tX\nc', [['cat'], ['a'], ['c']]],
  ['redirections', 'a <in 2>&1 >out b', [['a', 'b']]],
  ['comments within substitutions', 'a $(b # it is )\n)', [['b'], ['a', '$(b # it is )\n)']]],
  ['quotes within substitutions', `a "$(b "it's")" "$(c "it's")"`, [['b', `it's`], ['c', `it's`], ['a', `$(b "it's")`, `$(c "it's")`]]],
  ['conditions', 'if ! a x; then b; elif c; then :; else d; fi', [['a', 'x'], ['b'], ['c'], [':'], ['d']]],
  ['loops over a condition', 'while a; do b; done; until c; do d; done', [['a'], ['b'], ['c'], ['d']]],
  ['groups', '{ a; b; } | (c; d)', [['a'], ['b'], ['c'], ['d']]],
  ['functions', 'a() { b; }\nfunction c { d; }\nfunction e() {\n  f\n}\ng()\n{\n h\n}', [['b'], ['d'], ['f'], ['h']]],
  ['cases', 'case $1 in\n  a) b;;\n  (c | d) e\n  ;;\n  *) f ;&\n  g) h\nesac; i', [['case', '$1', 'in'], ['b'], ['e'], ['f'], ['h'], ['i']]],
  ['cases within cases', 'case x in a) case y in b) c;; esac;; d) e;; esac', [['case', 'x', 'in'], ['case', 'y', 'in'], ['c'], ['e']]],
  ['cases that hold nothing', 'case x in esac; a', [['case', 'x', 'in'], ['a']]],
  ['process substitutions', 'diff <(a b) <(c) >(d)', [['diff'], ['a', 'b'], ['c'], ['d']]],
  ['scripts of eval and trap', `eval 'a b' c; trap 'd; e' EXIT; trap - EXIT`, [['eval', 'a b', 'c'], ['a', 'b', 'c'], ['trap', 'd; e', 'EXIT'], ['d'], ['e'], ['trap', '-', 'EXIT']]],
  ['scripts on the input of a shell', 'sh <<EOF\na\nEOF\nbash -s <<< "b c"\nsudo bash <<\'X\' | d\ne\nX', [['sh'], ['a'], ['b', 'c'], ['bash', '-s'], ['sudo', 'bash'], ['d'], ['e']]],
  ['substitutions in here-documents', 'cat <<A <<"B"\n$(a) `b` \\$(c)\nA\n$(d)\nB\ne', [['cat'], ['a'], ['b'], ['e']]],
  ['here-documents of scripts that are a file', 'bash x.sh <<EOF\na\nEOF', [['bash', 'x.sh']]],
  ['texts about shells', `echo sh -c 'a'`, [['echo', 'sh', '-c', 'a']]],
  ['times', 'time a; time -p { b; }', [['time', 'a'], ['time', '-p', 'b']]],
  ['reserved words that are quoted', `'if' a`, [['if', 'a']]],
  ['here-strings', 'a <<< b\nc', [['a'], ['c']]],
])('a shell script is read with its %s', (_, script, expected) => {
  expect(shellCommands(script).map(command => command.words).filter(words => words.length)).toEqual(expected)
})

it('tells the files that a command reads and writes', () => {
  expect(shellCommands('a <in 2>err >>out 2>&1 <<< x').map(command => command.redirects)).toEqual([['in', 'err', 'out']])
})

it.each([['docker', 'docker'], ['/usr/bin/docker', 'docker'], ['./x', 'x'], ['', '']])('the program %s is %s', (path, name) => {
  expect(nameOf(path)).toBe(name)
})
