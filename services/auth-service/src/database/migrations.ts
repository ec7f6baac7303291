import * as users from './migrations/0001-users.ts'

/** In order of their names. A migration that was released is never changed. */
export const migrations = { '0001-users': users }
