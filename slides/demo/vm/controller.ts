/*
 * A small controller for the talk: for each VirtualMachine object of the namespace a real virtual machine runs on this
 * machine (boot.sh), and the object's status tells what its console said. It illustrates the idea – machines as objects
 * of the Kubernetes API – and is no product: one host, no disks, no network, nothing is rescheduled.
 */
import type { KubernetesObject } from '@kubernetes/client-node'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { CustomObjectsApi, KubeConfig, loadYaml, makeInformer } from '@kubernetes/client-node'

interface VirtualMachine extends KubernetesObject { status?: { phase: string, kernel?: string, console?: string } }

const KIND = { group: 'demo.test', version: 'v1', plural: 'virtualmachines' }
const BOOT = join(import.meta.dirname, 'boot.sh')
/** After a request that failed, in ms. */
const RETRY = 500

const config = new KubeConfig()
config.loadFromDefault()
withTokenFiles(config)
const api = config.makeApiClient(CustomObjectsApi)
const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default'
const machines = new Map<string, ChildProcess>()

/** client-node does not read `tokenFile` of a user in a kubeconfig; in a session the token in it is renewed during the talk. */
function withTokenFiles(config: KubeConfig): void {
  const { users } = loadYaml<{ users: { name: string, user: { tokenFile?: string } }[] }>(readFileSync(process.env.KUBECONFIG!, 'utf8'))
  config.users = config.users.map((user) => {
    const tokenFile = users.find(({ name }) => name === user.name)?.user.tokenFile
    return tokenFile ? { ...user, authProvider: { name: 'tokenFile', config: { tokenFile } } } : user
  })
}

/** Boots a machine for the object, and writes down what becomes of it. */
function boot({ metadata }: VirtualMachine): void {
  const name = metadata!.name!
  if (machines.has(metadata!.uid!))
    return
  // boot.sh keeps what belongs to its machine below HOME; a group of its own ends as a whole.
  const home = join(homedir(), 'machines', metadata!.uid!)
  mkdirSync(home, { recursive: true })
  const machine = spawn('sh', [BOOT], { env: { ...process.env, HOME: home }, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  machines.set(metadata!.uid!, machine)
  console.log(`${name}: booting`)
  let told = report(name, { phase: 'Booting' })
  const tell = (status: VirtualMachine['status']): void => void (told = told.then(() => report(name, status)))
  createInterface({ input: machine.stdout }).on('line', (line) => {
    const [, kernel] = /^ready: Linux (\S+)/.exec(line) ?? []
    if (!kernel)
      return
    console.log(`${name}: ${line}`)
    tell({ phase: 'Running', kernel, console: line })
  })
  machine.on('exit', () => {
    if (machines.delete(metadata!.uid!))
      tell({ phase: 'Failed' })
  })
}

/** Ends the machine of an object that is gone. */
function halt({ metadata }: VirtualMachine): void {
  const machine = machines.get(metadata!.uid!)
  machines.delete(metadata!.uid!)
  if (machine?.pid)
    process.kill(-machine.pid, 'SIGTERM')
  console.log(`${metadata!.name!}: stopped`)
}

async function report(name: string, status: VirtualMachine['status']): Promise<void> {
  const object = await api.getNamespacedCustomObject({ ...KIND, namespace, name }) as VirtualMachine
  await api.replaceNamespacedCustomObjectStatus({ ...KIND, namespace, name, body: { ...object, status } })
}

let isWatching = false
const informer = makeInformer<VirtualMachine>(config, `/apis/${KIND.group}/${KIND.version}/namespaces/${namespace}/${KIND.plural}`, async () => {
  const list = await api.listNamespacedCustomObject({ ...KIND, namespace })
  if (!isWatching)
    console.log('watching virtualmachines')
  isWatching = true
  return list
})
informer.on('add', boot)
informer.on('delete', halt)
// A kind is served a moment after it was defined, and the API server may be away for a while.
informer.on('error', () => setTimeout(() => informer.start(), RETRY))

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    for (const { pid } of machines.values())
      process.kill(-pid!, 'SIGTERM')
    process.exit(0)
  })
}
await informer.start()
