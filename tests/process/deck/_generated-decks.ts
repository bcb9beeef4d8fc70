/** A deck, and by slide what was put on it. */
export interface GeneratedDeck {
  /** `deck-SEED.md` and what it imports. */
  files: Record<string, string>
  forms: string[]
}

/** A fence of a step: its lines. */
type Fence = string[]

/** Picks one of several, the same for the same seed. */
type Pick = <T>(from: readonly T[]) => T

const PLACES: Record<string, (fence: Fence) => string> = {
  'plain': fence => lines(fence),
  'list': fence => `- one\n\n${indent(fence, '  ')}\n\n- two`,
  // Slidev would take backticks that only end for ones that begin.
  'list marker': fence => indent(fence.map(line => line.replace(/^`+/, '~~~')), '  ', '- '),
  'tab in a list': fence => `- one\n\n${indent(fence, '\t')}`,
  'list in a list': fence => `1. one\n   - two\n\n${indent(fence, '     ')}`,
  'quote': fence => indent(fence, '> '),
  'list in a quote': fence => indent(fence, '>   ', '> - '),
  'callout': fence => `> [!NOTE]\n${indent(fence, '> ')}`,
  'details': fence => `<details>\n\n${lines(fence)}\n\n</details>`,
  'component': fence => `<v-click>\n\n${lines(fence)}\n\n</v-click>`,
  'slot': fence => `left\n\n::right::\n\n${lines(fence)}`,
  'slot at once': fence => `left\n\n::right::\n${lines(fence)}`,
  'below text': fence => `text\n${lines(fence)}`,
  'footnote': fence => `word[^1]\n\n[^1]: text\n\n${indent(fence, '    ')}`,
  'task': fence => `- [ ] task\n\n${indent(fence, '  ')}`,
  'container': fence => `::: tip\n\n${lines(fence)}\n\n:::`,
  'code group': fence => `::code-group\n\n${lines(fence)}\n\n\`\`\`sh [other]\ntrue\n\`\`\`\n\n::`,
  'card': fence => `::card\n${lines(fence)}\n::`,
  'indented card': fence => `  ::card\n  ${fence.join('\n  ')}\n  ::`,
  'table before it': fence => `| a | b |\n| - | - |\n| 1 | 2 |\n${lines(fence)}`,
  'heading before it': fence => `## Heading\n${lines(fence)}`,
  'formula before it': fence => `$$\n{run id=no}\n$$\n\n${lines(fence)}`,
  'longer fence before it': fence => `\`\`\`\`md\n\`\`\`sh {run id=no}\n\`\`\`\n\`\`\`\`\n\n${lines(fence)}`,
  'comment before it': fence => `<!-- a\n\`\`\`sh {run id=no}\n\`\`\`\n-->\n\n${lines(fence)}`,
  'style beside it': fence => `${lines(fence)}\n\n<style>\n.a { color: red }\n</style>`,
  'script beside it': fence => `${lines(fence)}\n\n<script setup>\nconst a = 1\n</script>`,
  'twice': fence => `${lines(fence)}\n\n> ${lines(fence).replace(/id=(\S+?)(?=[\s}])/, 'id=$1b').replaceAll('\n', '\n> ')}`,
  'note behind it': fence => `${lines(fence)}\n\n<!--\nSay: \`\`\`sh {run id=no}\n-->`,
  // Where no step can be.
  'magic-move': fence => `\`\`\`\`md magic-move\n\`\`\`sh\ntrue\n\`\`\`\n\n${lines(fence.map(line => line.replace(/^[~`]+/, '\`\`\`')))}\n\`\`\`\``,
  'tag': fence => `<div>\n${lines(fence)}\n</div>`,
  'literal': fence => `<pre>\n${lines(fence)}\n</pre>`,
}

/** What stands on the opening line, around a brace of ours. */
const INFOS: ((brace: string) => string)[] = [
  brace => ` ${brace}`,
  brace => brace,
  brace => ` [a title] ${brace}`,
  brace => ` ${brace} [a title]`,
  brace => ` [~i-mdi:home~ x] ${brace} {1|2}`,
  brace => ` {1|2}${brace}`,
  brace => ` ${brace}{1|2|all}{lines:true}`,
  brace => ` ${brace} {lines:true,maxHeight:'80px'}`,
  brace => ` {1}{maxHeight:'80px'} ${brace}`,
  brace => ` ${brace} {*}{startLine:5}`,
]

const BODIES: string[][] = [
  ['echo one', 'echo two'],
  ['# hidden: true', 'echo \'{{ a }}\' "<b>"', '', 'echo `pwd` $HOME'],
  ['cat <<EOF', '<div>', '{{ b. }}', 'EOF'],
  ['echo "::right::"', 'echo ---'],
]

/** Makes a deck of `slides` slides with steps in every place and form; `headmatter` comes without its dashes. */
export function generateDeck(
  seed: number,
  { slides, headmatter }: { slides: number, headmatter: string },
): GeneratedDeck {
  const pick = seeded(seed)
  const places = Object.keys(PLACES)
  const files: Record<string, string> = {}
  const forms: string[] = []
  const pages = Array.from({ length: slides - 1 }, (_, i) => {
    const id = `g${seed}-${i}`
    const place = places[i % places.length]!
    const marks = pick(['```', '```', '````', '~~~'])
    const imported = place !== 'magic-move' && pick([false, false, false, true])
    // An import has its title behind its brace.
    const info = pick(imported ? INFOS.filter(form => !form('').trim().startsWith('[')) : INFOS)(`{${pick(['run', 'run', 'run', 'run', 'terminal', 'terminal', 'terminal', 'rum'])} id=${id}${pick(['', ' timeout=5s', ' title="a } b"', ' on=next'])}}`)
    const fence = imported
      ? [`<<< @/code.sh${pick(['', '#part'])} sh ${info.trimStart()}`]
      : [`${marks}sh${info}`, ...pick(BODIES), marks]
    const page = `# ${place}\n\n${PLACES[place]!(fence)}\n`
    forms.push(`${place}: ${fence[0]}`)
    if (pick([true, false, false, false, false, false])) {
      files[`part-${seed}-${i}.md`] = page
      return `---\nsrc: ./part-${seed}-${i}.md\n---\n`
    }
    return pick([`---\n\n${page}`, `---\nlayout: two-cols\n---\n\n${page}`, `---\n\n${page.replaceAll('\n', '\r\n')}`])
  })
  return {
    forms: ['cover', ...forms],
    files: {
      ...files,
      'code.sh': 'true\n# #region part\n  echo part\n# #endregion part\n',
      [`deck-${seed}.md`]: `---\n${headmatter}\n---\n\n# Generated\n\n${pages.join('\n')}`,
    },
  }
}

function lines(fence: Fence): string {
  return fence.join('\n')
}

function indent(fence: Fence, by: string, first = by): string {
  return fence.map((line, i) => (i ? by : first) + line).join('\n')
}

/** Numbers by mulberry32. */
function seeded(seed: number): Pick {
  let state = seed * 0x9E3779B9
  return (from) => {
    state = (state + 0x6D2B79F5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return from[((t ^ (t >>> 14)) >>> 0) % from.length]!
  }
}
