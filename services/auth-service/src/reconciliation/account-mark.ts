import type { Account, UserStatus } from '../users/user.ts'

/**
 * What Redis keeps of an account for the case that Postgres goes back in time: that there is one, which of its tokens are void, and whether
 * it was disabled or erased. No name, no address, no secret.
 */
export type AccountMark = {
  readonly userId: string
  readonly tokenVersion: number
  readonly status: UserStatus | 'erased'
  readonly passwordVersion: number
}

export const markOf = ({ user, tokenVersion, passwordVersion }: Account): AccountMark => ({
  userId: user.id,
  tokenVersion,
  status: user.status,
  passwordVersion,
})

export const markOfErased = (userId: string): AccountMark => ({
  userId,
  tokenVersion: 0,
  status: 'erased',
  passwordVersion: 0,
})

/** As lua/mark.lua reads them. */
const LETTERS = { disabled: 'd', invited: 'i', active: 'a', erased: 'e' } as const
const STATUSES = { d: 'disabled', i: 'invited', a: 'active', e: 'erased' } as const

export const encodeMark = ({ tokenVersion, status, passwordVersion }: AccountMark): string =>
  `${tokenVersion}${LETTERS[status]}${passwordVersion}`

/** Undefined for what is no mark: a writer to Redis can put anything there. */
export function decodeMark(userId: string, text: string): AccountMark | undefined {
  const [, version, letter, passwordVersion] = /^(\d{1,10})([diae])(\d{1,10})$/.exec(text) ?? []
  if (version === undefined || letter === undefined || !UUID.test(userId)) return undefined
  const status = STATUSES[letter as keyof typeof STATUSES]
  const mark = { userId, tokenVersion: Number(version), status, passwordVersion: Number(passwordVersion) }
  return Math.max(mark.tokenVersion, mark.passwordVersion) > MAX_VERSION ? undefined : mark
}

/** A column in Postgres has it. */
const MAX_VERSION = 2 ** 31 - 1
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
