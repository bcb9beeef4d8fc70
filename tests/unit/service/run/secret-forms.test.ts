import { expect, it } from 'vitest'
import { createRedactor } from '../../../../runners/service/run/redact.ts'
import { SECRET_FORMS } from '../../../../runners/service/run/secret-forms.ts'

/** A token of each issuer, and a text that differs from one in a single respect. */
const EXAMPLES: Record<string, [token: string, nearMiss: string]> = {
  'GitHub': [`ghp_${'a1B2'.repeat(9)}`, `ghp_${'a'.repeat(35)}`],
  'GitHub, fine-grained': [`github_pat_${'a1_B'.repeat(20)}`, `github_pat_${'a'.repeat(40)}`],
  'GitLab': [`glpat-${'a1-_'.repeat(5)}`, `glpat-${'a'.repeat(19)}`],
  'AWS, access key id': [`AKIA${'A2B3'.repeat(4)}`, `AKIA${'A2b3'.repeat(4)}`],
  'Slack': [`xoxb-${'1234567890-'.repeat(3)}ab`, 'xoxb-short'],
  'OpenAI': [`sk-proj-${'a1_B'.repeat(12)}`, `sk-proj-${'a'.repeat(20)}`],
  'OpenAI, of a user': [`sk-${'a1B2'.repeat(5)}T3BlbkFJ${'a1B2'.repeat(5)}`, `sk-${'a1B2'.repeat(12)}`],
  'Anthropic': [`sk-ant-${'a1_B'.repeat(12)}`, `sk-ant-${'a'.repeat(20)}`],
  'Google': [`AIza${'a1B2_'.repeat(7)}`, `AIza${'a'.repeat(36)}`],
  'npm': [`npm_${'a1B2'.repeat(9)}`, 'npm_config_registry'],
  'PyPI': [`pypi-AgE${'a1_B'.repeat(13)}`, 'pypi-AgEnt'],
  'Docker Hub': [`dckr_pat_${'a1-_'.repeat(7)}`, `dckr_pat_${'a'.repeat(26)}`],
  'Hugging Face': [`hf_${'aB'.repeat(17)}`, `hf_${'a1'.repeat(17)}`],
  'Stripe': [`sk_live_${'a1B2'.repeat(6)}`, `sk_live_${'a'.repeat(10)}`],
  'DigitalOcean': [`dop_v1_${'a1f2'.repeat(16)}`, `dop_v1_${'g'.repeat(64)}`],
  'HashiCorp Vault': [`hvs.${'a1_B'.repeat(6)}`, 'hvs.example'],
}

const redactor = createRedactor({})

it.each(SECRET_FORMS.map(({ issuer }) => issuer))('knows a token of %s, and no text that only looks like one', (issuer) => {
  const [token, nearMiss] = EXAMPLES[issuer]!
  expect(redactor.text(`token: ${token}.`)).toBe('token: [redacted].')
  expect(redactor.text(`word${token}`)).toBe(`word${token}`)
  expect(redactor.text(nearMiss)).toBe(nearMiss)
})

it.each(Object.values(EXAMPLES).map(([token]) => token))('hides %s wherever it is cut', (token) => {
  const whole = `before ${token} after`
  for (let at = 1; at < whole.length; at++) {
    const stream = redactor.stream()
    const shown = stream.push(whole.slice(0, at)) + stream.idle() + stream.push(whole.slice(at)) + stream.flush()
    expect(shown).not.toContain(token.slice(-8))
  }
})

it('hides what stands behind Basic in a header', () => {
  expect(redactor.text('Authorization: Basic dXNlcjpwYXNz')).toBe('Authorization: Basic [redacted]')
  expect(redactor.text('basic information')).toBe('basic information')
})
