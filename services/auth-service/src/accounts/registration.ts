import { randomUUID } from 'node:crypto'
import { isUniqueViolation } from '@latchkey/database'
import { isPublicError } from '@latchkey/problems'
import type { Origin } from '../audit/audit-event.ts'
import type { AuditTrail } from '../audit/create-audit.ts'
import { registrationRefused, userRegistered } from '../audit/security-events.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { withoutTrace } from '../database/savepoint.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { Grant } from '../sessions/grant.ts'
import type { SignIn, SignInAfter } from '../sessions/sign-in.ts'
import { isAddressTaken } from '../users/former-address-repository.ts'
import { insertAccountNamedLike } from '../users/free-username.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { PasswordPolicy } from '../users/password-policy.ts'
import type { Account, User } from '../users/user.ts'
import { findAccountByName, insertAccount, listTakenUsernames, type NewAccount } from '../users/user-repository.ts'
import { assertAcceptablePassword, assertAcceptableUsername } from './assert-acceptable.ts'
import { beforeChange } from './change-deadlines.ts'
import { isOfDomains } from './email-domain.ts'
import type { RegistrationConfig } from './registration-settings.ts'
import { toConflict } from './to-conflict.ts'

export type Registration = {
  readonly email: string
  readonly username: string
  readonly password: string
  readonly fullName?: string | null | undefined
}

/** `accepted`: whether there is a new account is between the system and the mailbox. */
export type Registered =
  | { readonly outcome: 'registered'; readonly user: User }
  | { readonly outcome: 'signed_in'; readonly grant: Grant }
  | { readonly outcome: 'accepted' }

/**
 * Makes an account for anyone who asks, and signs in to it where `signIn` says how. A link to its mailbox makes the address its own.
 *
 * With domains the answer is the same, after the same work, whether or not the address has an account: nothing is signed in, and a
 * user name that is taken gives way to one like it.
 * @throws `registration_closed`, `domain_not_allowed`, `invalid_request` for a user name or a password that is not acceptable; without domains also `email_taken`, `username_taken`
 */
export type Register = (
  registration: Registration,
  origin: Origin,
  asked: {
    readonly signIn?: SignIn | undefined
    /**
     * Called before anything is looked up; it may throw to refuse.
     * @returns called when nothing could be decided
     */
    readonly admit: () => Promise<() => Promise<void>>
  },
) => Promise<Registered>

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly audit: Pick<AuditTrail, 'refuse'>
  readonly signInAfter: SignInAfter
  readonly outbox: MailOutbox
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly registration: RegistrationConfig
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Within it the address is verified, or the account erased. */
const UNVERIFIED_TTL_MS = 7 * 24 * 3600 * 1000

export function createRegister(dependencies: Dependencies): Register {
  const { db, writeAs, audit: trail, signInAfter, outbox, hasher, policy, now } = dependencies
  const { mode, domains } = dependencies.registration

  /** Before the password costs anything. Of two that run in parallel the insertion refuses one. */
  async function assertFree({ email, username }: Registration): Promise<void> {
    if (await findAccountByName(db, { email })) throw new problems.email_taken()
    const taken = await listTakenUsernames(db, [username])
    if (taken.size > 0) throw new problems.username_taken()
  }

  async function prepare(registration: Registration): Promise<NewAccount> {
    const { email, username, password, fullName = null } = registration
    // With domains an address that is taken has the answer of one that is free, after the same work.
    if (domains === undefined) await assertFree(registration)
    const owner = { email, username, fullName }
    const standing = 'stranger'
    await assertAcceptablePassword(policy, { path: '/password', password, owner, standing })
    return {
      email,
      username,
      fullName,
      passwordHash: await hasher.hash(password, standing),
      roles: ['user'],
      isSelfRegistered: true,
      unverifiedUntil: outbox.isOn ? new Date(now() + UNVERIFIED_TTL_MS) : null,
    }
  }

  // The worker of the mail looks for the account: so the same is written for an address that is taken.
  const sendLink = (trx: AuthTransaction, address: string) => outbox.enqueue(trx, { kind: 'verification', address })

  async function make(trx: AuthTransaction, audit: Audit, account: NewAccount): Promise<Account> {
    const made = await insertAccount(trx, account)
    await audit(userRegistered(made.user.id))
    await sendLink(trx, account.email)
    return made
  }

  /** The same statements for a free address and a taken one; the account of the latter has no address that anybody typed, and goes. */
  async function makeUnseen(account: NewAccount, origin: Origin): Promise<void> {
    await writeAs(origin, async (trx, audit) => {
      async function insert(email: string): Promise<void> {
        const { user } = await insertAccountNamedLike(trx, account.username, { ...account, email })
        await audit(userRegistered(user.id))
      }
      if (await isAddressTaken(trx, account.email, new Date(now()))) {
        trail.refuse(origin, registrationRefused('email_taken'))
        await withoutTrace(trx, () => insert(`${randomUUID()}@decoy.invalid`))
      } else {
        await insert(account.email).catch((error: unknown) => {
          // Another registration was quicker.
          if (!isUniqueViolation(error, 'users_email_key')) throw error
        })
      }
      await sendLink(trx, account.email)
    })
  }

  return async (registration, origin, { signIn, admit }) => {
    if (mode !== 'open') throw new problems.registration_closed()
    if (!isOfDomains(registration.email, domains)) throw new problems.domain_not_allowed()
    assertAcceptableUsername(registration.username)
    const giveBack = await admit()
    const account = await beforeChange(prepare(registration)).catch(async (error: unknown) => {
      // What was not decided does not count. The error stands, whether or not this works.
      if (!isPublicError(error) || error.statusCode === 503) await giveBack().catch(() => {})
      throw error
    })
    if (domains !== undefined) {
      await makeUnseen(account, origin)
      return { outcome: 'accepted' }
    }
    try {
      return signIn
        ? { outcome: 'signed_in', grant: await signInAfter((trx, audit) => make(trx, audit, account), signIn) }
        : { outcome: 'registered', user: (await writeAs(origin, (trx, audit) => make(trx, audit, account))).user }
    } catch (error) {
      throw toConflict(error)
    }
  }
}
