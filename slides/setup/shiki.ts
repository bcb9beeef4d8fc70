import { defineShikiSetup } from '@slidev/types'

/** Code in colours whose contrast is WCAG AA in the light and in the dark, on the screens of projectors too. */
export default defineShikiSetup(() => ({
  themes: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
}))
