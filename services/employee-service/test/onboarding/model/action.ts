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

/** Stands for the address of an account that has nothing to do with the invitation. */
export const OTHER = 'other'
