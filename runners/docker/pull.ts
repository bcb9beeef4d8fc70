import type Docker from 'dockerode'
import { StepError } from '../protocol/error.ts'

interface PullEvent { id?: string, error?: string, progressDetail?: { current?: number, total?: number } }

/**
 * Fetches an image from its registry; `onProgress` gets bytes of all layers so far. Throws StepError `image-missing`.
 */
export async function pullImage(
  docker: Docker,
  image: string,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const stream = await docker.pull(image, { abortSignal: signal }).catch((error: Error) => {
    throw cannot(image, error.message)
  })
  const layers = new Map<string, { done: number, total: number }>()
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      error => (error ? reject(error) : resolve()),
      (event: PullEvent) => {
        if (event.error)
          reject(cannot(image, event.error))
        const { current, total } = event.progressDetail ?? {}
        if (!event.id || current === undefined || !total)
          return
        layers.set(event.id, { done: current, total })
        const all = [...layers.values()]
        onProgress(
          all.reduce((sum, l) => sum + l.done, 0),
          all.reduce((sum, l) => sum + l.total, 0),
        )
      },
    )
  })
  const total = [...layers.values()].reduce((sum, layer) => sum + layer.total, 0)
  onProgress(total, total)
}

/** Which of these images the engine has not. */
export async function missingImages(docker: Docker, images: string[]): Promise<string[]> {
  const there = await Promise.all(
    images.map(image =>
      docker
        .getImage(image)
        .inspect()
        .then(
          () => true,
          (error: { statusCode?: number }) => {
            if (error.statusCode !== 404)
              throw error
            return false
          },
        ),
    ),
  )
  return images.filter((_, i) => !there[i])
}

function cannot(image: string, why: string): StepError {
  return new StepError('image-missing', `${image} cannot be fetched: ${why}`, `Try: docker pull ${image}`, { params: { image, command: `docker pull ${image}` } })
}
