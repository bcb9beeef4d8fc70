/** One request of an `http {request}` fence. */
export interface RequestSpec {
  method: string
  /** Absolute; its host may be the name of a container of the session. */
  url: string
  /** Where `pod/NAME:PORT` or `service/NAME:PORT` stood instead of a host. */
  via?: string
  headers: [name: string, value: string][]
  body?: string
}
