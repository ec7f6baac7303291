import { type Account, type HeldToken, newDeviceId } from '../../driver/api.ts'
import type { Operation } from '../../history/history-record.ts'
import { repeat, type Worker } from './worker.ts'

/** A prepared call; it is repeated until it is answered. */
export type Trial = {
  attempt(): Promise<Operation>
  /** Checks the result. `isAnswered`: the caller repeated the call until it was answered, and did not give up. */
  conclude(isAnswered: boolean): Promise<void>
}

export type PrepareTrial = (worker: Worker, account: Account) => Promise<Trial>

/** Every call that opens, continues or revokes sessions. */
export const trials: Readonly<Record<string, PrepareTrial>> = {
  'sign in': async ({ api, survivors }, account) => {
    const deviceId = newDeviceId()
    let opened: HeldToken | undefined
    return {
      async attempt() {
        const { operation, held } = await api.signIn('client', account, deviceId, 'body')
        opened = held
        return operation
      },
      async conclude() {
        if (!opened) return
        survivors.push(opened)
        await api.refresh('client', opened)
      },
    }
  },

  'sign in again': async (worker, account) => {
    const { api, revoked } = worker
    const before = await worker.signIn(account)
    let opened: HeldToken | undefined
    return {
      async attempt() {
        const { operation, held } = await api.signIn('client', account, before.deviceId, 'body')
        opened = held
        return operation
      },
      async conclude(isAnswered) {
        if (isAnswered) revoked.add(before)
        if (opened) await api.refresh('client', opened)
      },
    }
  },

  refresh: async (worker, account) => refreshTrial(worker, await worker.signIn(account)),

  'refresh after the user changed': async (worker, account) => {
    const held = await worker.signIn(account)
    await repeat(() => worker.api.setStatus(worker.admin, account, 'active'))
    return refreshTrial(worker, held)
  },

  'sign out': async (worker, account) => {
    const held = await worker.signIn(account)
    return revocationTrial(worker, [held], () => worker.api.signOut('client', held))
  },

  'revoke an own device': async (worker, account) => {
    const [by, held] = [await worker.signIn(account), await worker.signIn(account)]
    worker.survivors.push(by)
    return revocationTrial(worker, [held], () => worker.api.revokeOwnDevice('client', by, held.deviceId))
  },

  'revoke a device': async (worker, account) => {
    const held = await worker.signIn(account)
    return revocationTrial(worker, [held], () => worker.api.revokeDevice(worker.admin, account, held.deviceId))
  },

  'sign out everywhere': async (worker, account) => {
    const held = [await worker.signIn(account), await worker.signIn(account)]
    const [by = worker.admin] = held
    // Once it took effect its own access token is refused: the revocation is done.
    return revocationTrial(worker, held, () => worker.api.signOutEverywhere('client', by))
  },

  'revoke all devices': async (worker, account) => {
    const held = [await worker.signIn(account), await worker.signIn(account)]
    return revocationTrial(worker, held, () => worker.api.revokeAllDevices(worker.admin, account))
  },

  disable: async (worker, account) => {
    const held = await worker.signIn(account)
    return revocationTrial(worker, [held], () => worker.api.setStatus(worker.admin, account, 'disabled'))
  },
}

function refreshTrial({ api, survivors }: Worker, opened: HeldToken): Trial {
  let held = opened
  return {
    async attempt() {
      const answer = await api.refresh('client', held)
      if (answer.held) held = answer.held
      return answer.operation
    },
    async conclude() {
      survivors.push(held)
    },
  }
}

/** Afterwards the user signs in again, and that session must be as good as any. */
function revocationTrial(worker: Worker, ended: readonly HeldToken[], attempt: () => Promise<Operation>): Trial {
  return {
    attempt,
    async conclude(isAnswered) {
      const [first] = ended
      if (isAnswered) for (const held of ended) worker.revoked.add(held)
      if (!first) return
      await repeat(() => worker.api.setStatus(worker.admin, first.account, 'active'))
      worker.survivors.push(await worker.signIn(first.account))
    },
  }
}
