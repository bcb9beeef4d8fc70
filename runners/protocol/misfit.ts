/** The environment's variable that names the file into which an export writes the slides that do not fit. */
export const MISFITS_FILE = 'KAMISHIBAI_MISFITS'

/** What is said of a slide whose steps or views reach `px` of the canvas below its edge. */
export function misfitOf(slide: number, px: number): { message: string, hint: string } {
  return {
    message: `Slide ${slide} does not fit: ${px} px of its steps or views lie below its edge`,
    hint: 'Show less code, put the result beside it with out=right, or make two slides of it.',
  }
}
