/* eslint-disable no-template-curly-in-string */
import { expect, it } from 'vitest'
import { hiddenNeeds } from '../../../../runners/deck/plan/hidden-needs.ts'
import { onDecks } from '../../../_decks.ts'

const { parse } = onDecks()

async function lackingIn(...blocks: string[]): Promise<string[]> {
  const { steps } = await parse(`# T\n\n${blocks.map((code, i) => `\`\`\`sh {run id=s${i}}\n${code}\n\`\`\`\n`).join('\n')}`)
  return hiddenNeeds(steps).map(({ line, message }) => `${line} ${/lacks (.*), which/.exec(message)![1]}`)
}

it.each([
  ['a variable', '# hidden: NAME=x\necho "$NAME"', '3 $NAME'],
  ['an exported variable, by its length', '# hidden: export NAME=x\necho ${#NAME}', '3 $NAME'],
  ['a variable that is read', '# hidden: read -r A B < file\necho $B', '3 $B'],
  ['a function', '# hidden: greet() { echo hi; }\ngreet you', '3 greet'],
  ['an alias', '# hidden: alias k=kubectl\nk get pods', '3 k'],
  ['a file', '# hidden: echo x > app.conf\ncat ./app.conf', '3 app.conf'],
  ['the folder', '# hidden: cd app\n./run.sh', '3 the folder'],
])('finds %s that a hidden line sets', async (_, code, lacking) => {
  expect(await lackingIn(code)).toEqual([lacking])
})

it('finds what a hidden line of an earlier step of the same shell sets', async () => {
  expect(await lackingIn('# hidden: NAME=x\necho a', 'echo b', 'echo $NAME')).toEqual(['12 $NAME'])
})

it.each([
  ['what a visible line sets, too', '# hidden: NAME=x\nNAME=y\necho $NAME'],
  ['a default', '# hidden: NAME=x\necho ${NAME:-y}'],
  ['single quotes', '# hidden: NAME=x\nawk \'{ print $NAME }\''],
  ['a value for one command', '# hidden: NAME=x true\necho $NAME'],
  ['lines that only wait', '# hidden: sleep 1\n# hidden: docker rm -f web >/dev/null 2>&1\ndocker run --name web app'],
  ['a path of its own', '# hidden: cd app\nls /tmp'],
])('finds nothing with %s', async (_, code) => {
  expect(await lackingIn(code)).toEqual([])
})
