import { expect, it } from 'vitest'
import { createRedactor } from '../../../../runners/service/run/redact.ts'
import { isSecretName } from '../../../../runners/service/run/secret-names.ts'

it.each([
  'GITHUB_TOKEN',
  'TOKEN',
  'MYSQLPASSWORD',
  'DB_PASS',
  'MYSQL_PWD',
  'GITHUB_PAT',
  'OPENAI_KEY',
  'APIKEY',
  'NPM_AUTH',
  'BASIC_AUTH',
  'JWT',
  'secretKey',
  'MY_SECRET_VALUE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'session-cookie',
])('takes %s for the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true)
})

it.each(['PWD', 'OLDPWD', 'PATH', 'KEY', 'KEYBOARD', 'SSH_AUTH_SOCK', 'TOKEN_FILE', 'SECRET_NAME', 'PASSWORD_LENGTH', 'MONKEY', 'PATTERN', 'COMPASS'])('takes %s for no such name', (name) => {
  expect(isSecretName(name)).toBe(false)
})

it('takes the password out of any address', () => {
  const { text } = createRedactor({ env: { DATABASE_URL: 'postgres://app:p4ss@db:5432/shop', REDIS_URL: 'redis://:s3cret@cache' } })
  expect(text('to postgres://app:p4ss@db:5432/shop and redis://:s3cret@cache')).toBe('to postgres://[redacted]@db:5432/shop and redis://[redacted]@cache')
})
