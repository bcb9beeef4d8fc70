/** Words that say of a variable, wherever they stand in its name, that its value is nobody's business. */
const SECRET_WORDS = new Set(['TOKEN', 'TOKENS', 'SECRET', 'SECRETS', 'PASSWORD', 'PASSWORDS', 'PASSWD', 'PASSPHRASE', 'CREDENTIAL', 'CREDENTIALS', 'JWT'])
/** Words that say so at the end of a longer name. */
const SECRET_ENDS = new Set(['KEY', 'KEYS', 'PASS', 'PWD', 'PAT', 'AUTH', 'COOKIE', 'APIKEY'])
/** Names that end like these tell of a secret what may be seen. */
const PLAIN_ENDS = new Set(['FILE', 'PATH', 'DIR', 'NAME', 'HOST', 'PORT', 'URL', 'URI', 'SOCK', 'TTL', 'TYPE', 'LENGTH', 'COUNT', 'EXPIRY', 'ID'])
/** Names written in one word, and the one whose end says otherwise. */
const RE_SECRET_NAME = /(?:TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|CREDENTIAL|(?:API|ACCESS|PRIVATE|SIGNING|ENCRYPTION)_?KEY)S?$|ACCESS_?KEY_?ID$/i
/** What a shell keeps under a name that only looks like one of a password. */
const FOLDERS = new Set(['PWD', 'OLDPWD', 'OLD_PWD'])

/** Whether the name of a variable says that its value is secret: `DB_PASS`, `secretKey`, `GITHUB_TOKEN`. */
export function isSecretName(name: string): boolean {
  if (FOLDERS.has(name))
    return false
  if (RE_SECRET_NAME.test(name))
    return true
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').toUpperCase().split(/[^A-Z\d]+/).filter(Boolean)
  const last = words.at(-1) ?? ''
  if (PLAIN_ENDS.has(last))
    return false
  return words.some(word => SECRET_WORDS.has(word)) || (words.length > 1 && SECRET_ENDS.has(last))
}
