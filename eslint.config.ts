import antfu from '@antfu/eslint-config'

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
      // Strings, patterns and addresses are read as one; all else folds.
      'style/max-len': ['warn', { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true, ignoreUrls: true }],
      // Objects and calls break where their sense does, and not at every element once one has broken.
      'antfu/reasonable-newline': 'off',
      'antfu/consistent-chaining': 'off',
      // Node's Buffer is a global, as it is in browsers' bundlers; process is imported.
      'node/prefer-global/buffer': 'off',
      // A file reads from its first idea down: what it is made of stands below.
      'ts/no-use-before-define': ['error', { functions: false, variables: false, classes: false }],
      // Our patterns read decks, engines and terminals line by line, and name control characters.
      'regexp/no-super-linear-backtracking': 'off',
      'regexp/no-obscure-range': 'off',
      // The entries of processes await what they start.
      'antfu/no-top-level-await': 'off',
      // A match is kept where it is tested.
      'no-cond-assign': ['error', 'except-parens'],
      // An abort signal's reason may be anything, and is passed on as it is.
      'prefer-promise-reject-errors': 'off',
      // Helpers of a test file stand above its hooks.
      'test/prefer-hooks-in-order': 'off',
      // Titles may begin with a name.
      'test/prefer-lowercase-title': 'off',
    },
  },
  {
    // They speak on the console: nothing else would hear them.
    files: ['slides/demo/**', 'tests/**'],
    rules: { 'no-console': 'off' },
  },
)
