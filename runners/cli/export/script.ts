import type { Deck } from '../../deck/deck.ts'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { toScript } from './step-script.ts'

const OWN = new Set(['README.md', '.gitignore', 'deck'])

/**
 * Writes a deck's steps as plain scripts, manifests and Dockerfiles into the folder `target`, with the files they use.
 */
export async function exportScript(deck: Deck, target: string): Promise<void> {
  if (existsSync(target) && (await readdir(target)).some(name => !OWN.has(name) && !/^\d\d-/.test(name) && !name.startsWith('.shell-')))
    throw new StepError('bad-output', `${target} holds other files`, 'Name a new folder with --output.')
  await mkdir(join(target, 'deck'), { recursive: true })
  for (const [i, step] of deck.steps.entries()) {
    for (const [name, text] of Object.entries(toScript(step, i + 1)))
      await writeFile(join(target, name), text, { mode: name.endsWith('.sh') ? 0o755 : 0o644 })
  }
  for (const file of new Set(deck.steps.flatMap(step => step.files))) {
    await mkdir(dirname(join(target, 'deck', file)), { recursive: true })
    await copyFile(join(deck.dir, file), join(target, 'deck', file))
  }
  await writeFile(join(target, 'README.md'), readmeOf(deck))
  // What the scripts keep for one another is the environment of whoever runs them.
  await writeFile(join(target, '.gitignore'), '.shell-*\n')
}

function readmeOf({ title, steps }: Deck): string {
  const rows = steps.map(({ id, slide, title = '', needs }, i) => `| \`${String(i + 1).padStart(2, '0')}-${id}.sh\` | ${slide} | ${title} | ${needs.join(', ')} |`)
  return `# ${title}: its steps

Each script is a step of the talk, in the order of its slides, and runs without Kamishibai: \`sh 01-….sh\`. What a step
sets in its environment is there for the next one: \`.shell-*\` keeps it. Such a file holds **your whole environment**,
with every token in it; only you can read it, and git leaves it out. Delete these files when you are done, or to begin
anew.

They run with your own Docker and kubectl, without the guards of the talk: read a script before you run it. Steps that
talk to Kubernetes use the current namespace: \`kubectl create namespace talk && kubectl config set-context --current
--namespace talk\`. Images such as \`kamishibai/demo:1\` must be there. Containers stay until you remove them.

| script | slide | | run before |
|---|---|---|---|
${rows.join('\n')}
`
}
