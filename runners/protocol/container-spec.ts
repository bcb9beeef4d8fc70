/** One container in the words of a Compose service; sizes in bytes, `cpus` in cores. */
export interface ContainerSpec {
  image: string
  command?: string[]
  entrypoint?: string[]
  /** Container port first, as strings of Compose: `8080:80`, `127.0.0.1:8080:80`, `80`. */
  ports: { hostIp: string, hostPort: string, containerPort: number, protocol: 'tcp' | 'udp' }[]
  environment: Record<string, string>
  hostname?: string
  networks: string[]
  /** What the mapping form of `networks` says of one: more names, and an address of its own. */
  endpoints?: Record<string, { aliases: string[], ipv4?: string }>
  volumes: string[]
  cpus?: number
  memory?: number
  pids?: number
  healthcheck?: { test: string[], intervalMs?: number, timeoutMs?: number, retries?: number, startPeriodMs?: number }
}
