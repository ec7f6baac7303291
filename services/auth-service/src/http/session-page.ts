import { DEVICE_ID } from '@latchkey/access-token'
import { decodeCursor, encodeCursor, type Page, pageOf } from '@latchkey/problems'
import type { DeviceSession } from '../sessions/session.ts'

/** A place in a list of sessions. */
type Position = { readonly createdAtMs: number; readonly deviceId: string }

type PageQuery = { readonly limit: number; readonly cursor?: string }

/**
 * One page of a user's sessions, the newest sign-in first. Neither key of the order changes while a session lives, so a walk
 * over the pages shows every session that lives throughout, once, whatever else begins, ends or refreshes.
 *
 * @param sessions all of the user, of which there are few
 * @throws `invalid_request` for what was never a cursor
 */
export function sessionPage(sessions: readonly DeviceSession[], { limit, cursor }: PageQuery): Page<DeviceSession> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, parsePosition)
  const rest = sessions
    .map((session) => ({ session, position: positionOf(session) }))
    .filter(({ position }) => after === undefined || compare(position, after) > 0)
    .sort((a, b) => compare(a.position, b.position))
  const { items, nextCursor } = pageOf(rest, limit, ({ position }) => encodeCursor(textOf(position)))
  return { items: items.map(({ session }) => session), nextCursor }
}

const positionOf = ({ createdAt, deviceId }: DeviceSession): Position => ({
  createdAtMs: createdAt.getTime(),
  deviceId,
})

function compare(a: Position, b: Position): number {
  if (a.createdAtMs !== b.createdAtMs) return b.createdAtMs - a.createdAtMs
  return a.deviceId < b.deviceId ? -1 : Number(a.deviceId > b.deviceId)
}

const textOf = ({ createdAtMs, deviceId }: Position): string => `${createdAtMs}.${deviceId}`

function parsePosition(text: string): Position | undefined {
  const [, createdAtMs, deviceId = ''] = /^(\d{1,15})\.(.*)$/.exec(text) ?? []
  return DEVICE_ID.test(deviceId) ? { createdAtMs: Number(createdAtMs), deviceId } : undefined
}
