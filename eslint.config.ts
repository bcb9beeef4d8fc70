import antfu from '@antfu/eslint-config'

/** Who may import whom: the folders of `runners/` a file must not reach into. */
const forbidden: [files: string, patterns: string[], why: string][] = [
  ['runners/protocol/**', ['../*', '../*/**'], 'protocol imports nothing of ours'],
  ['runners/deck/**', ['../service/**', '../cli/**', '../shell/**', '../docker/**', '../replay/**', '../kubernetes/**', '../http/**'], 'deck imports protocol only'],
  ['runners/replay/**', ['../service/**', '../cli/**', '../deck/**', '../shell/**', '../docker/**', 'node:*'], 'replay imports protocol only, and runs in browsers'],
  ['runners/shell/**', ['../service/**', '../cli/**', '../deck/**', '../replay/**', '../docker/**', '../http/**'], 'a runner imports protocol only'],
  ['runners/docker/**', ['../service/**', '../cli/**', '../deck/**', '../replay/**', '../shell/**', '../http/**'], 'a runner imports protocol only'],
  ['runners/http/**', ['../service/**', '../cli/**', '../deck/**', '../replay/**', '../shell/**', '../docker/**', '../kubernetes/**'], 'a runner imports protocol only'],
  ['runners/kubernetes/**', ['../service/**', '../cli/**', '../deck/**', '../replay/**', '../shell/**', '../docker/**', '../http/**'], 'a runner imports protocol only'],
  ['runners/service/**', ['../cli/**'], 'service does not know the command line'],
  ['runners/cli/**', ['../shell/**', '../docker/**', '../replay/**', '../kubernetes/*.ts', '../http/**'], 'cli imports service, deck and protocol'],
  ['components/**', ['../runners/deck/**', '../runners/service/**', '../runners/cli/**', '../runners/shell/**', '../runners/docker/**', 'node:*'], 'components import protocol and replay'],
]

export default antfu(
  {
    type: 'lib',
    vue: true,
    typescript: true,
    markdown: false,
    yaml: false,
    jsonc: false,
    toml: false,
    pnpm: false,
    ignores: ['dist', '.kamishibai', 'slides/.slidev', 'slides/node_modules', 'slides/recordings', 'tests/fixtures', '*.md', '**/*.md'],
  },
  {
    rules: {
      'no-console': 'off',
      'antfu/reasonable-newline': 'off',
      'antfu/consistent-chaining': 'off',
      'node/prefer-global/buffer': 'off',
      'ts/no-use-before-define': ['error', { functions: false, variables: false, classes: false }],
      'regexp/no-super-linear-backtracking': 'off',
      'regexp/no-obscure-range': 'off',
      'ts/explicit-function-return-type': 'off',
      'antfu/no-top-level-await': 'off',
      'e18e/prefer-static-regex': 'off',
      'unused-imports/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      'no-cond-assign': ['error', 'except-parens'],
      'test/prefer-lowercase-title': 'off',
      'test/prefer-hooks-in-order': 'off',
      'prefer-promise-reject-errors': 'off',
    },
  },
  ...forbidden.map(([files, group, message]) => ({
    files: [files],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
  })) as never[],
)
