/** A link that auth-service made for the owner of an account. */
export type SentLink = { readonly userId: string; readonly expiresAt: Date; readonly mailed: boolean }

/** An account as auth-service shows it to its inviter. */
export type InvitedAccount = {
  readonly id: string
  readonly email: string
  readonly status: 'invited' | 'active' | 'disabled'
  /** Why the newest mail to it could not be delivered. */
  readonly lastMailError: string | null
  /** How its newest invitation stands; null when there is none, and in lists. */
  readonly invitation: { readonly state: string; readonly expiresAt: Date; readonly mailed: boolean } | null
}

type Page = { readonly items: readonly InvitedAccount[]; readonly nextCursor: string | null }

/** @returns undefined for anything that is not such an answer; the same below */
export function toSentLink(body: unknown): SentLink | undefined {
  const { user, invitation } = membersOf(body)
  const { id } = membersOf(user)
  const { expiresAt, mailed } = membersOf(invitation)
  const date = toDate(expiresAt)
  return typeof id === 'string' && date !== undefined
    ? { userId: id, expiresAt: date, mailed: mailed === true }
    : undefined
}

export const toAccount = (body: unknown): InvitedAccount | undefined => toInvitedAccount(membersOf(body).user)

export function toAccounts(body: unknown): Page | undefined {
  const { items, nextCursor } = membersOf(body)
  if (!Array.isArray(items)) return undefined
  const accounts = items.map(toInvitedAccount).filter((account) => account !== undefined)
  if (accounts.length < items.length) return undefined
  return { items: accounts, nextCursor: typeof nextCursor === 'string' ? nextCursor : null }
}

function toInvitedAccount(user: unknown): InvitedAccount | undefined {
  const { id, email, status, lastMailError, invitation } = membersOf(user)
  if (typeof id !== 'string' || typeof email !== 'string') return undefined
  if (status !== 'invited' && status !== 'active' && status !== 'disabled') return undefined
  const { state, expiresAt, mailed } = membersOf(invitation)
  const date = toDate(expiresAt)
  return {
    id,
    email,
    status,
    lastMailError: typeof lastMailError === 'string' ? lastMailError : null,
    invitation:
      typeof state === 'string' && date !== undefined ? { state, expiresAt: date, mailed: mailed === true } : null,
  }
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function toDate(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? new Date(value) : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
}
