import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller } from '../../../src/accounts/account-bound.ts'
import { problems } from '../../../src/errors.ts'
import { BUILT_IN_POLICY } from '../../../src/permissions/policy.ts'
import type { EndReason, SessionKey } from '../../../src/sessions/session.ts'
import type { User } from '../../../src/users/user.ts'
import { findAccountByName } from '../../../src/users/user-repository.ts'
import type { Arrangement } from './arrange.ts'
import { forge, keep, keepNew, present } from './client.ts'
import type { History, Operation, Outcome } from './history.ts'
import type { Replica } from './replicas.ts'

/** The user that a schedule is about. */
export type Subject = { readonly user: User; readonly history: History; password: string }

const SKIPPED: Outcome = { kind: 'skipped' }
const DONE = { kind: 'done' } as const

/** Makes the call of an operation. */
export async function runOperation(
  arrangement: Arrangement,
  subject: Subject,
  operation: Operation,
  replica: Replica,
): Promise<Outcome> {
  const { command, session } = operation
  const { user, history } = subject
  const { sessions, changeProfile, changePassword, administration, store } = replica
  const origin = { actorId: user.id, ip: '192.0.2.1', requestId: operation.id }
  const client = { ...origin, actorId: null, userAgent: 'schedule' }
  const administrator: Caller = { ...ADMINISTRATOR, id: arrangement.administratorId, origin }
  const key: SessionKey | undefined = session && { userId: user.id, deviceId: session.deviceId, sid: session.sid }

  switch (command.kind) {
    case 'sign_in': {
      const account = await findAccountByName(replica.db, { username: user.username })
      if (!account) throw new Error('the account is gone')
      await sleep(command.hashing)
      const signIn = {
        device: { id: `device-${command.device}`, entries: [] },
        deviceName: 'a device',
        deviceDescription: '',
        delivery: 'body' as const,
        client,
      }
      const grant = await sessions.signIn(account, signIn)
      const signedIn = keepNew(arrangement, history, operation, grant, account)
      operation.session = signedIn.session
      return signedIn.outcome
    }
    case 'refresh':
    case 'steal': {
      if (!session) return SKIPPED
      const isCopy = command.kind === 'steal'
      const token = isCopy ? forge(arrangement, operation, session) : present(operation, session, command.token)
      return keep(arrangement, history.faults, operation, session, await sessions.refresh(token, client))
    }
    case 'check': {
      if (!key) return SKIPPED
      const live = await store.findLive(key)
      if (!live) return { kind: 'refused', code: 'token_revoked' }
      return { kind: 'found', user: live.snapshot.user, tokenVersion: live.snapshot.tokenVersion }
    }
    case 'sign_out':
      if (!session) return SKIPPED
      await sessions.signOut(present(operation, session, command.token), origin)
      return DONE
    case 'revoke':
      await sessions.revoke(user.id, `device-${command.device}`, command.reason, origin)
      return DONE
    case 'revoke_all':
      await sessions.revokeAll(user.id, command.reason, origin)
      return DONE
    case 'change_password': {
      // As every call under an access token: only a live session may ask.
      if (!key || !(await store.findLive(key))) return SKIPPED
      const newPassword = arrangement.newPassword()
      const change = { currentPassword: subject.password, newPassword }
      try {
        const grant = await changePassword(
          key,
          change,
          { client: { ...client, actorId: user.id }, device: undefined },
          () => {},
        )
        const account = await findAccountByName(replica.db, { username: user.username })
        if (!account) throw new Error('the account is gone')
        subject.password = newPassword
        return keepNew(arrangement, history, operation, grant, account).outcome
      } catch (error) {
        if (error instanceof problems.session_ended) return { kind: 'refused', code: 'token_revoked' }
        throw error
      }
    }
    case 'set_status': {
      const changed = await administration.change(user.id, { status: command.status }, administrator)
      return { ...DONE, status: changed.user.status }
    }
    case 'rename': {
      const change = { fullName: operation.id }
      if (command.by === 'owner') {
        await changeProfile(user.id, change, origin)
        return DONE
      }
      const changed = await administration.change(user.id, change, administrator)
      return { ...DONE, status: changed.user.status }
    }
  }
}

const ADMINISTRATOR = {
  name: null,
  kind: 'user' as const,
  scopes: new Set(BUILT_IN_POLICY.scopesOf(['admin'])),
}

/** An answer of 4xx is a verdict; anything else should not have happened. */
export function refusal(error: unknown): Outcome {
  if (error instanceof Error && 'code' in error && 'statusCode' in error && Number(error.statusCode) < 500) {
    const reason = 'extensions' in error ? (error.extensions as { reason?: EndReason }).reason : undefined
    return { kind: 'refused', code: String(error.code), ...(reason && { reason }) }
  }
  return { kind: 'failed', error }
}
