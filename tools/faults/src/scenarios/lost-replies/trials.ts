import type { Account, HeldToken } from '../../driver/api.ts'
import type { Operation } from '../../history/history-record.ts'
import { type Lane, newDevice } from './lane.ts'

/** A call, ready to be made, and made again for as long as it is not answered. */
export type Trial = {
  attempt(): Promise<Operation>
  /** Looks what came of it. `isAnswered`: the caller repeated the call until it was, rather than do something else. */
  conclude(isAnswered: boolean): Promise<void>
}

export type PrepareTrial = (lane: Lane, account: Account) => Promise<Trial>

/** Every call that opens, continues or ends sessions. */
export const trials: Readonly<Record<string, PrepareTrial>> = {
  'sign in': async ({ api, survivors }, account) => {
    const deviceId = newDevice()
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

  'sign in again': async (lane, account) => {
    const { api, graveyard } = lane
    const before = await lane.signIn(account)
    let opened: HeldToken | undefined
    return {
      async attempt() {
        const { operation, held } = await api.signIn('client', account, before.deviceId, 'body')
        opened = held
        return operation
      },
      async conclude(isAnswered) {
        if (isAnswered) graveyard.bury(before)
        if (opened) await api.refresh('client', opened)
      },
    }
  },

  refresh: async (lane, account) => refreshTrial(lane, await lane.signIn(account)),

  'refresh after the user changed': async (lane, account) => {
    const held = await lane.signIn(account)
    await lane.api.setStatus(lane.admin, account, 'active')
    return refreshTrial(lane, held)
  },

  'sign out': async (lane, account) => {
    const held = await lane.signIn(account)
    return endTrial(lane, [held], () => lane.api.signOut('client', held))
  },

  'end a device of mine': async (lane, account) => {
    const [by, held] = [await lane.signIn(account), await lane.signIn(account)]
    lane.survivors.push(by)
    return endTrial(lane, [held], () => lane.api.endOwnDevice('client', by, held.deviceId))
  },

  'end a device': async (lane, account) => {
    const held = await lane.signIn(account)
    return endTrial(lane, [held], () => lane.api.endDevice(lane.admin, account, held.deviceId))
  },

  'sign out everywhere': async (lane, account) => {
    const held = [await lane.signIn(account), await lane.signIn(account)]
    const [by = lane.admin] = held
    // Once it took effect its own access token is refused; then what it asked for is so.
    return endTrial(lane, held, () => lane.api.signOutEverywhere('client', by))
  },

  'end all devices': async (lane, account) => {
    const held = [await lane.signIn(account), await lane.signIn(account)]
    return endTrial(lane, held, () => lane.api.endAllDevices(lane.admin, account))
  },

  disable: async (lane, account) => {
    const held = await lane.signIn(account)
    return endTrial(lane, [held], () => lane.api.setStatus(lane.admin, account, 'disabled'))
  },
}

function refreshTrial({ api, survivors }: Lane, opened: HeldToken): Trial {
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

/** Whether the call was answered or given up, its user signs in anew, and that session must be as good as any. */
function endTrial(lane: Lane, ended: readonly HeldToken[], attempt: () => Promise<Operation>): Trial {
  return {
    attempt,
    async conclude(isAnswered) {
      const [first] = ended
      if (isAnswered) for (const held of ended) lane.graveyard.bury(held)
      if (!first) return
      await lane.api.setStatus(lane.admin, first.account, 'active')
      lane.survivors.push(await lane.signIn(first.account))
    },
  }
}
