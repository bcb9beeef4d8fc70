import type { Engine } from './engine.ts'

/** The ids of all images of an engine, those without a name included. */
export async function imageIds(engine: Engine): Promise<string[]> {
  const { body } = await engine.ask({ method: 'GET', segments: ['images', 'json'], query: [['all', '1']] })
  return (body as { Id: string }[] | undefined ?? []).map(({ Id }) => Id)
}
