import { expect, it } from 'vitest'
import { explain } from '../../../runners/docker/container.ts'

it.each([
  ['kamishibai/demo:1', 'Build it: npm run demo:image'],
  ['kamishibai/mine:1', 'Get it: docker pull kamishibai/mine:1'],
  ['nginx:1', 'Get it: docker pull nginx:1'],
])('says of the image %s how it can be had', (image, hint) => {
  expect(explain({ statusCode: 404, message: `No such image: ${image}` }, image)).toMatchObject({ code: 'image-missing', hint })
})
