/** What hr, an administrator, or the person does; `lose` invites, and the answer of auth-service gets lost. */
export const ACTIONS = [
  'hire',
  'invite',
  'lose',
  'accept',
  'withdraw',
  'expire',
  'disable',
  'enable',
  'terminate',
  'remove',
  'rehire',
  'move',
  'linkOther',
  'unlink',
] as const
export type Action = (typeof ACTIONS)[number]

/** Those that several callers do at once: nothing that was disabled comes to life by them. */
export const INTERLEAVED = [
  'hire',
  'invite',
  'accept',
  'withdraw',
  'expire',
  'terminate',
  'remove',
  'move',
  'linkOther',
  'unlink',
] as const satisfies readonly Action[]

/** Stands for the address of an account that has nothing to do with the invitation. */
export const OTHER = 'other'
