import type { Instruction } from '../protocol/dockerfile.ts'
import { parseInstructions } from '../protocol/dockerfile.ts'

/** A Dockerfile that labels what it makes. */
export interface Labelled {
  text: string
  instructions: Instruction[]
  /** The line of the original that a line of `text` stands for. */
  lineOf: (line: number) => number
}

/**
 * The Dockerfile with our labels behind every FROM. The engine's own labels of a build come last: what a build that
 * fails or is cut off leaves, and its containers, would have none.
 */
export function labelDockerfile(code: string, labels: Record<string, string>): Labelled {
  const label = `LABEL ${Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value).replaceAll('$', '\\$')}`).join(' ')}`
  const lines = code.split('\n')
  const instructions: Instruction[] = []
  const added: number[] = []
  for (const instruction of parseInstructions(code)) {
    instructions.push(instruction)
    if (instruction.keyword !== 'FROM')
      continue
    const { lastLine } = instruction
    lines.splice(lastLine + added.length, 0, label)
    added.push(lastLine + added.length + 1)
    instructions.push({ line: lastLine, lastLine, keyword: 'LABEL', rest: '', added: true })
  }
  return { text: lines.join('\n'), instructions, lineOf: line => line - added.filter(at => at <= line).length }
}

/** The images that a build starts from or copies from, as far as the text says; its own stages are left out. */
export function baseImages(code: string): string[] {
  const args: Record<string, string> = {}
  const stages = new Set(['scratch'])
  const images: string[] = []
  let inStage = false
  let count = 0
  const use = (text: string): void => {
    const image = text.replace(/\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)/g, (whole, a?: string, fallback?: string, b?: string) => args[a ?? b!] ?? fallback ?? whole)
    if (image && !image.includes('$') && !stages.has(image.toLowerCase()))
      images.push(image)
  }
  for (const { keyword, rest } of parseInstructions(code)) {
    const words = rest.split(/\s+/).filter(word => !word.startsWith('--'))
    if (keyword === 'ARG' && !inStage) {
      const [name, ...value] = rest.split('=')
      args[name!.trim()] = value.join('=').replace(/^(["'])(.*)\1$/, '$2')
    }
    else if (keyword === 'FROM') {
      inStage = true
      use(words[0] ?? '')
      stages.add(String(count++))
      if (words[1]?.toLowerCase() === 'as' && words[2])
        stages.add(words[2].toLowerCase())
    }
    else if (keyword === 'COPY') {
      use(/(?:^|\s)--from=(\S+)/.exec(rest)?.[1] ?? '')
    }
  }
  return [...new Set(images)]
}
