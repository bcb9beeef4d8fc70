import { expect, it } from 'vitest'
import { splitName } from '../../../../client/views/podName.ts'

it('tells what a pod has of its own, and leaves other names whole', () => {
  expect(splitName('shop-7f7d576c9-rmcjt')).toEqual({ family: 'shop-7f7d576c9-', own: 'rmcjt' })
  expect(splitName('web')).toEqual({ family: '', own: 'web' })
  expect(splitName('answered')).toEqual({ family: '', own: 'answered' })
})
