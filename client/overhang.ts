/** How far steps and views reach below the edge of their slide, in px of the canvas; 0 where all of it fits. */
export function overhangOf(slide: HTMLElement): number {
  const { bottom, height } = slide.getBoundingClientRect()
  const scale = height / slide.offsetHeight || 1
  const parts = [...slide.querySelectorAll('.kb-step, .kb-view, .kb-output, .kb-compare')]
  const px = parts.map(part => Math.round((part.getBoundingClientRect().bottom - bottom) / scale))
  const most = Math.max(0, ...px)
  // What is computed may be off by a hair.
  return most > 2 ? most : 0
}
