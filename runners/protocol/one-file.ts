/** The environment variable that makes a build one script and one style sheet, which can stand in the page itself. */
export const ONE_FILE_BUILD = 'KAMISHIBAI_ONE_FILE'
