declare module 'markdown-it-footnote' {
  import type { PluginSimple } from 'markdown-exit'

  const plugin: PluginSimple
  export default plugin
}
