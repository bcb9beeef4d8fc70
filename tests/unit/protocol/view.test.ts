import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compileScript, parse } from 'vue/compiler-sfc'
import { attributesOf, isView, VIEWS } from '../../../runners/protocol/view.ts'
import { ROOT } from '../../_cli.ts'

const COMPONENTS = join(ROOT, 'components')

/** The props of a component, and those among them that it cannot do without. */
function propsOf(component: string): { all: string[], required: string[] } {
  const { descriptor } = parse(readFileSync(join(COMPONENTS, `${component}.vue`), 'utf8'))
  const { bindings, content } = compileScript(descriptor, { id: component })
  const all = Object.keys(bindings ?? {}).filter(name => bindings![name] === 'props')
  return { all: all.sort(), required: all.filter(name => new RegExp(`\\b${name}: \\{[^}]*required: true`).test(content)) }
}

it.each(Object.keys(VIEWS).filter(isView))('knows the attributes of <%s>', (view) => {
  const attributes = attributesOf(view)
  expect(propsOf(view)).toEqual({
    all: attributes.map(([name]) => name).sort(),
    required: attributes.filter(([, { required }]) => required).map(([name]) => name),
  })
})

it('knows every component that shows the session', () => {
  const shows = readdirSync(COMPONENTS).filter(file => file.endsWith('.vue') && readFileSync(join(COMPONENTS, file), 'utf8').includes('<ViewFrame v-slot'))
  expect(Object.keys(VIEWS)).toEqual(expect.arrayContaining(shows.map(file => file.replace('.vue', ''))))
})
