import { createHmac } from 'node:crypto'
import { createDeviceTokenSigner, createDeviceTokenVerifier, DEVICE_ID, type SigningRing } from '@latchkey/access-token'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { createDerivedKeys } from '../keys/derive-key.ts'
import { newId } from '../sessions/session.ts'
import type { Account } from '../users/user.ts'
import { isDeviceRevoked, readDatabaseClock } from './revoked-device-repository.ts'

/** The device that a caller says to be on. A bare id names it and proves nothing. */
export type PresentedDevice = {
  readonly id: string
  /** Of its token: one opaque entry for each account that signed in on it lately, the last one first. */
  readonly entries: readonly string[]
  /** The token itself, if it is of the key that signs today. */
  readonly current?: string | undefined
}

/** What an entry stands for. */
export type DeviceAccount = { readonly userId: string; readonly passwordVersion: number }

/**
 * Devices that accounts were signed in on, by a token that the device keeps: nothing is stored for one that is not revoked. An entry of
 * it is an HMAC, under a key that is derived from the ring, of device, account, version of the password and time. It reveals nothing to
 * its holder, and is void once the password changes or the device is revoked.
 */
export type KnownDevices = {
  /** The device that a text names: a device token, or a bare id. Undefined for anything else. */
  read(text: string): PresentedDevice | undefined
  /** Whether the device has shown that the account was signed in on it, with the password of today. */
  knows(device: PresentedDevice, account: DeviceAccount): Promise<boolean>
  /**
   * The token of a device that an account has signed in on, or has proved its mailbox on.
   * @param at by the clock of Postgres
   * @param presented what the device had before: its other accounts stay, up to ten
   */
  issue(deviceId: string, account: DeviceAccount, at: Date, presented: PresentedDevice | undefined): string
  /** The same as part of a transaction, for a device that may not have an id yet. */
  issueWithin(trx: AuthTransaction, account: Account, presented: PresentedDevice | undefined): Promise<string>
  /** The same token under the key that signs today, the entry of the account included. */
  renew(device: PresentedDevice, account: DeviceAccount | undefined): string
}

type Options = {
  readonly db: AuthDatabase
  /** A ring that this service alone has. */
  readonly ring: () => SigningRing
  /** Epoch milliseconds, of tokens. */
  readonly now: () => number
}

export const DEVICE_TOKEN_TTL_SECONDS = 365 * 24 * 3600
const MOST_ACCOUNTS = 10

type SigningKey = SigningRing['signing']

export function createKnownDevices({ db, ring, now }: Options): KnownDevices {
  const verify = createDeviceTokenVerifier({ ring })
  const signToken = createDeviceTokenSigner({ ring })
  const keyOf = createDerivedKeys('device token accounts')

  function entryOf(
    key: SigningKey,
    deviceId: string,
    { userId, passwordVersion }: DeviceAccount,
    atMs: number,
  ): string {
    const text = JSON.stringify([deviceId, userId, passwordVersion, atMs])
    const mac = createHmac('sha256', keyOf(key)).update(text).digest().subarray(0, 16)
    return `${mac.toString('base64url')}.${atMs}`
  }

  /** The time of the account's entry, under whatever key of the ring it was made. */
  function findEntry(
    { id, entries }: PresentedDevice,
    account: DeviceAccount,
  ): { entry: string; atMs: number } | undefined {
    const found = entries.find((entry) => ring().keys.some((key) => entryOf(key, id, account, timeOf(entry)) === entry))
    return found === undefined ? undefined : { entry: found, atMs: timeOf(found) }
  }

  function sign(deviceId: string, entries: readonly string[]): string {
    const iat = Math.floor(now() / 1000)
    return signToken({ did: deviceId, acc: entries.slice(0, MOST_ACCOUNTS), iat, exp: iat + DEVICE_TOKEN_TTL_SECONDS })
  }

  function issue(deviceId: string, account: DeviceAccount, at: Date, presented: PresentedDevice | undefined): string {
    const before = presented?.id === deviceId ? presented : undefined
    const known = before && findEntry(before, account)
    const others = before?.entries.filter((entry) => entry !== known?.entry) ?? []
    return sign(deviceId, [entryOf(ring().signing, deviceId, account, at.getTime()), ...others])
  }

  return {
    read(text) {
      if (DEVICE_ID.test(text)) return { id: text, entries: [] }
      try {
        const { did, acc, exp } = verify(text)
        if (exp * 1000 <= now()) return { id: did, entries: [] }
        return { id: did, entries: acc, current: kidOf(text) === ring().signing.kid ? text : undefined }
      } catch {
        return undefined
      }
    },

    async knows(device, account) {
      const found = findEntry(device, account)
      if (!found || found.atMs + DEVICE_TOKEN_TTL_SECONDS * 1000 <= now()) return false
      const { userId } = account
      return !(await isDeviceRevoked(db, { userId, deviceId: device.id, since: new Date(found.atMs) }))
    },

    issue,

    async issueWithin(trx, { user, passwordVersion }, presented) {
      const account = { userId: user.id, passwordVersion }
      return issue(presented?.id ?? newId(), account, await readDatabaseClock(trx), presented)
    },

    renew(device, account) {
      if (device.current !== undefined) return device.current
      const found = account && findEntry(device, account)
      return found ? issue(device.id, account, new Date(found.atMs), device) : sign(device.id, device.entries)
    },
  }
}

const timeOf = (entry: string): number => Number(entry.slice(entry.indexOf('.') + 1))

/** Of a token that was verified. */
function kidOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()).kid
}
