import type { Page } from 'playwright-chromium'

/** Notes what `page` throws. Slidev asks for the screen to stay on, which a browser without a screen may refuse. */
export function noteErrors(page: Page, errors: string[]): void {
  page.on('pageerror', error => void (error.message.includes('Wake Lock') || errors.push(String(error))))
}
