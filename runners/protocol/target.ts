import { StepError } from './error.ts'

const RE_LOCAL = /^(?:localhost|[\d.]+|\[.*\])$/i

/**
 * The address behind `url`: where its host is the NAME of something in the session, what `dial` says of NAME, else
 * `url` itself. `via` is a target that is no host: `pod/NAME:PORT`.
 */
export async function resolveTarget(
  url: string,
  dial: (target: string) => Promise<string | undefined>,
  via?: string,
): Promise<URL> {
  const wanted = new URL(url)
  if (!via && RE_LOCAL.test(wanted.hostname))
    return wanted
  const base = await dial(via ?? wanted.host)
  if (via && !base) {
    throw new StepError(
      'unsupported',
      `requests to ${via} are not available yet`,
      'Name a container of the session, or a published port.',
    )
  }
  return base ? new URL(`${wanted.pathname}${wanted.search}`, base) : wanted
}
