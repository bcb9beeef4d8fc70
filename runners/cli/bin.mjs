#!/usr/bin/env node
// Plain JavaScript, so that an old Node gets a sentence instead of a stack trace.
import * as modules from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { isNewEnough, OLDEST_NODE } from '../protocol/node-version.mjs'

if (!isNewEnough(process.versions.node)) {
  const remedy = import.meta.url.includes('/node_modules/') ? 'The project can bring its own: npm install --save-dev node@24' : 'In the repository, npm scripts bring their own: npm start'
  console.error(`kamishibai needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}. ${remedy}`)
  process.exit(2)
}

// Compiling Slidev anew at each start takes half a second. Slidev's own processes use the same folder.
process.env.NODE_COMPILE_CACHE ??= join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kamishibai', 'compiled')
modules.enableCompileCache(process.env.NODE_COMPILE_CACHE)

// It would lie in the folder for temporary files, for ever; without it a start takes no longer.
process.env.JITI_FS_CACHE ??= 'false'

// Not above: what it compiles is kept from here on.
const { importTypeScript } = await import('../typescript.mjs')
await importTypeScript('runners/cli/main.ts', { cache: join(process.env.NODE_COMPILE_CACHE, 'jiti') })
