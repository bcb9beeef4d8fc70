import type { Grants } from '../grants.ts'
import type { Builds } from './buildkit/builds.ts'
import type { Engine } from './engine.ts'
import type { Objects } from './objects.ts'
import type { Tags } from './tags.ts'

/** What the guard of one session knows, whichever shell asks. */
export interface GuardSession {
  id: string
  /** Labels for everything created, all but the step's. */
  labels: Record<string, string>
  /** The deck's folder. */
  deckDir: string
  /** Of a container that says nothing else. */
  limits: { memory: number, cpus: number, pids: number }
  grants: Grants
  /** The engine's socket on this machine; undefined where there is none. */
  socket?: string
  /** Whether the engine's paths are those of another machine. */
  elsewhere: boolean
  /** A folder only the user can enter. */
  privateDir: string
  /** The networks that the engine's machine is in, as far as they are known here. */
  takenSubnets: () => string[]
  engine: Engine
  objects: Objects
  tags: Tags
  /** What the session has of BuildKit. */
  builds: Builds
}

/** What a request is judged by. */
export interface Scope extends GuardSession {
  /** The step that runs in the shell now. */
  step: string
  /** Labels for what this request creates. */
  stepLabels: Record<string, string>
}
