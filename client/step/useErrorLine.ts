import type { StepClient } from './stepClient.ts'
import { watchPostEffect } from 'vue'

/** Marks the line of a step's code that its error is about, for as long as the error stands. */
export function useErrorLine(client: StepClient, element: () => HTMLElement | null): void {
  watchPostEffect(() => {
    const wrong = client.error.value?.line
    element()?.querySelectorAll('.kb-code .line').forEach((line, i) => line.classList.toggle('kb-wrong', i + 1 === wrong))
  })
}
