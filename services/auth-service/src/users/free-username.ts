import { randomInt } from 'node:crypto'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { withSavepoint } from '../database/savepoint.ts'
import type { Account } from './user.ts'
import { insertAccount, isUsernameTaken, listTakenUsernames, type NewAccount } from './user-repository.ts'
import { usernameObjection } from './username-policy.ts'

/** Leaves room for digits within the 200 characters of a user name. */
const WISH_LENGTH = 180
const ATTEMPTS = 3

const digits = (count: number): string => String(randomInt(10 ** count)).padStart(count, '0')

/** What the mailbox of an address suggests: `ann.lee+news@example.com` is `ann.lee`. It may not be acceptable. */
export function usernameOfMailbox(email: string): string {
  const mailbox = email.slice(0, email.lastIndexOf('@')).normalize('NFKC').replace(/\+.*$/, '')
  const name = mailbox.replace(/[^\p{L}\p{M}\p{N}._'-]/gu, '')
  return /[\p{L}\p{N}]/u.test(name) ? name : 'user'
}

/** The wish if it is acceptable and free, else a name like it; where none can be, one that says nothing. */
async function findFreeUsername(db: AuthDatabase, wish: string): Promise<string> {
  const start = [...wish].slice(0, WISH_LENGTH).join('')
  const names = [wish, `${start}-${digits(4)}`, `${start}-${digits(9)}`, `user-${digits(12)}`].filter(
    (name) => usernameObjection(name) === undefined,
  )
  const taken = await listTakenUsernames(db, names)
  return names.find((name) => !taken.has(name)) ?? `user-${digits(12)}`
}

/**
 * Makes an account whose user name is no more than a wish: when it is taken, the account gets another one. Rejects with a unique
 * violation of `users_email_key`, after which the transaction can go on.
 */
export async function insertAccountNamedLike(
  trx: AuthTransaction,
  wish: string,
  account: Omit<NewAccount, 'username'>,
): Promise<Account> {
  for (let attempt = 1; ; attempt++) {
    const username = await findFreeUsername(trx, wish)
    try {
      return await withSavepoint(trx, () => insertAccount(trx, { ...account, username }))
    } catch (error) {
      // Another account took the name in between.
      if (attempt === ATTEMPTS || !isUsernameTaken(error)) throw error
    }
  }
}
