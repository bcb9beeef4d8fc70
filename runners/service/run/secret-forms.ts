import type { Rule } from './redact.ts'

/** A token that its issuer made recognisable. */
export interface SecretForm {
  issuer: string
  /** How it may begin. */
  starts: string[]
  /** What follows, as the source of a regular expression. */
  rest: string
}

/**
 * The forms that are told without knowing the value. The beginnings and lengths are those that the issuers document
 * for secret scanning, and that the rules of gitleaks use.
 */
export const SECRET_FORMS: readonly SecretForm[] = [
  { issuer: 'GitHub', starts: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], rest: '[A-Za-z0-9]{36,}' },
  { issuer: 'GitHub, fine-grained', starts: ['github_pat_'], rest: '\\w{80,}' },
  { issuer: 'GitLab', starts: ['glpat-', 'gldt-', 'glrt-', 'glptt-'], rest: '[\\w-]{20,}' },
  { issuer: 'AWS, access key id', starts: ['AKIA', 'ASIA', 'ABIA', 'ACCA'], rest: '[A-Z2-7]{16}' },
  { issuer: 'Slack', starts: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xapp-'], rest: '[A-Za-z0-9-]{20,}' },
  { issuer: 'OpenAI', starts: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], rest: '[\\w-]{40,}' },
  { issuer: 'OpenAI, of a user', starts: ['sk-'], rest: '[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}' },
  { issuer: 'Anthropic', starts: ['sk-ant-'], rest: '[\\w-]{40,}' },
  { issuer: 'Google', starts: ['AIza'], rest: '[\\w-]{35}' },
  { issuer: 'npm', starts: ['npm_'], rest: '[A-Za-z0-9]{36}' },
  { issuer: 'PyPI', starts: ['pypi-AgE'], rest: '[\\w-]{50,}' },
  { issuer: 'Docker Hub', starts: ['dckr_pat_', 'dckr_oat_'], rest: '[\\w-]{27,}' },
  { issuer: 'Hugging Face', starts: ['hf_'], rest: '[A-Za-z]{34}' },
  { issuer: 'Stripe', starts: ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_'], rest: '[A-Za-z0-9]{20,}' },
  { issuer: 'DigitalOcean', starts: ['dop_v1_', 'doo_v1_'], rest: '[a-f0-9]{64}' },
  { issuer: 'HashiCorp Vault', starts: ['hvs.', 'hvb.'], rest: '[\\w-]{24,}' },
]

/** The beginnings of all forms. */
export const FORM_STARTS: readonly string[] = SECRET_FORMS.flatMap(({ starts }) => starts)

const escapeDot = (text: string): string => text.replaceAll('.', '\\.')

/** A rule for all forms at once. */
export function formRule(by: string): Rule {
  const forms = SECRET_FORMS.map(({ starts, rest }) => `(?:${starts.map(escapeDot).join('|')})${rest}`)
  return { pattern: new RegExp(`(?<![\\w-])(?:${forms.join('|')})(?![\\w-])`, 'g'), by }
}

/** The end of a text that may go on as one of them. */
export const RE_FORM_GOES_ON = new RegExp(`(?<![\\w-])(?:${FORM_STARTS.map(escapeDot).join('|')})[\\w-]*$`)
