import type { Plugin } from 'vite'

const RE_SLIDE = /__slidev_\d+\.md(?:$|\?)/
const RE_PICTURE = /\.(?:apng|avif|bmp|gif|ico|jpe?g|png|svg|webp)(?:$|[?#])/i
const PREFIX = '\0kamishibai:missing-picture:'

/** Shows the name of a picture that is not there in its place: Vite would end a build, or cover every slide. */
export function missingPicturesPlugin(): Plugin {
  return {
    name: 'kamishibai:missing-pictures',
    // Asked after Vite's own, which has not found it.
    resolveId: (path, importer = '') => RE_SLIDE.test(importer) && RE_PICTURE.test(path) ? PREFIX + encodeURIComponent(path).replaceAll('.', '%2E') : undefined,
    load: id => id.startsWith(PREFIX) ? `export default ${JSON.stringify(pictureOf(decodeURIComponent(id.slice(PREFIX.length))))}` : undefined,
  }
}

/** A frame with the path in it, as an address. */
function pictureOf(path: string): string {
  const text = `✗ ${path}`.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="120" viewBox="0 0 320 120"><rect x="1" y="1" width="318" height="118" fill="none" stroke="#d33" stroke-width="2" stroke-dasharray="6"/><text x="160" y="66" fill="#d33" font-family="monospace" font-size="16" text-anchor="middle">${text}</text></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
