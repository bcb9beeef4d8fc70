import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** The version of the Node that a terminal finds: not the one that npm puts before it for a script. Undefined where there is none. */
export async function machineNode(path = ''): Promise<string | undefined> {
  const folders = path.split(delimiter).filter(folder => folder && !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder))
  for (const folder of folders) {
    const version = await promisify(execFile)(join(folder, 'node'), ['--version']).then(({ stdout }) => stdout.trim().replace(/^v/, ''), () => undefined)
    if (version)
      return version
  }
  return undefined
}
