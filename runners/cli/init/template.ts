/** The deck that `init` writes. */
export const DECK = `---
theme: none
addons: [kamishibai]
lang: en
favicon: ''
layout: demo
---

# A talk that runs

The button, or \`r\`, runs the step.

\`\`\`sh {run id=hello until=match=/hello/}
echo "hello from $(uname -s)"
\`\`\`

---
layout: demo
---

# What one step exports, the next finds

\`\`\`sh {run id=write out=none}
export note="a word from the step before"
\`\`\`

\`\`\`sh {run id=read needs=write}
echo "found: \${note:?no note}"
\`\`\`

---
layout: demo-below
---

# A program that takes its time

The clicker runs this one: it has its place among the clicks.

\`\`\`sh {run id=count on=next timeout=10s}
for i in 1 2 3; do echo "$i"; sleep 1; done
\`\`\`
`

/** How it looks: Slidev without a theme has no margins, and titles like text. */
export const STYLE = `/* How this deck looks; sizes are of a canvas 980 px wide. With a theme in slides.md, delete this file. */
:root {
  --deck-bg: #fbfaf7;
  --deck-fg: #1d2430;
  --deck-muted: #566072;
  --deck-line: #c9cfd8;
  --deck-accent: #0b5fae;
  --slidev-slide-container-background: var(--deck-bg);
  --kb-plate: var(--deck-bg);
  --kb-layout-padding: 40px 56px;
  --kb-layout-title: 38px;
  --kb-layout-text: 22px;
  --slidev-code-font-size: 20px;
  --slidev-code-line-height: 1.5;
  --slidev-code-padding: 12px 16px;
  --slidev-code-background: #eef0f2;
}

html.dark {
  --deck-bg: #14181f;
  --deck-fg: #eef1f5;
  --deck-muted: #a9b4c4;
  --deck-line: #3c4654;
  --deck-accent: #86bdff;
  --slidev-code-background: #1f2630;
}

.slidev-layout {
  height: 100%;
  padding: 40px 56px;
  background: var(--deck-bg);
  color: var(--deck-fg);
  font-family: system-ui, sans-serif;
  font-size: 24px;
  line-height: 1.5;
}

.slidev-layout h1 {
  margin: 0 0 12px;
  font-size: 38px;
  font-weight: 700;
  line-height: 1.2;
}

.slidev-layout.cover h1 {
  font-size: 56px;
}

.slidev-layout h2 {
  margin: 0 0 8px;
  font-size: 30px;
  font-weight: 700;
}

.slidev-layout > p {
  margin: 0 0 12px;
  color: var(--deck-muted);
}

.slidev-layout :not(pre) > code {
  padding: 1px 6px;
  border-radius: 4px;
  background: var(--slidev-code-background);
  font-size: 0.9em;
}

/* Slidev's own colours of code are too pale for a projector. */
html:not(.dark) .slidev-layout .shiki span {
  color: color-mix(in srgb, var(--shiki-light) 50%, #000);
}

html.dark .slidev-layout .shiki span {
  color: color-mix(in srgb, var(--shiki-dark) 50%, #fff);
}

.slidev-layout a {
  color: var(--deck-accent);
  text-decoration: underline;
}

:where(.slidev-layout) ul:not([class]) {
  padding-left: 1.2em;
  list-style: disc;
}

:where(.slidev-layout) ol:not([class]) {
  padding-left: 1.4em;
  list-style: decimal;
}

.slidev-layout > table {
  width: 100%;
  border-collapse: collapse;
}

.slidev-layout > table :is(th, td) {
  padding: 8px 12px 8px 0;
  border-bottom: 1px solid var(--deck-line);
  text-align: left;
}
`

/** How git takes recordings: whole, as they were written. */
export const ATTRIBUTES = `# Recordings are made by kamishibai record: git changes no line end, mixes no two of them, and a review folds them.
recordings/**/*.cast          -text -merge linguist-generated
recordings/**/*.events.jsonl  -text -merge linguist-generated
`
