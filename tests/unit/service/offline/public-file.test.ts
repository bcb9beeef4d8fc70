import { expect, it } from 'vitest'
import { getPublicFile, isInner } from '../../../../runners/service/offline/public-file.ts'

it.each(['127.0.0.1', '127.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '0.0.0.0', '100.64.0.1', '::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1'])('%s is not on the internet', (address) => {
  expect(isInner(address)).toBe(true)
})

it.each(['1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])('%s is', (address) => {
  expect(isInner(address)).toBe(false)
})

it.each(['http://127.0.0.1:8080/a.png', 'http://[::1]/a.png', 'http://0/a.png', 'http://169.254.169.254/latest/meta-data', 'file:///etc/passwd', 'ftp://files.test/a.png'])('%s is not fetched', async (url) => {
  await expect(getPublicFile(url)).rejects.toThrow(/is not on the internet|is not fetched/)
})
