import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'

/** Instead of a device id: all devices. */
const ALL = ''
/** Of one account. The oldest beyond are folded into one time for all of its devices. */
const MOST_DEVICES = 100

/** Voids the tokens that these devices have so far. */
export async function revokeDevices(trx: AuthTransaction, userId: string, deviceIds: readonly string[]): Promise<void> {
  if (deviceIds.length === 0) return
  await sql`
    insert into revoked_devices (user_id, device_id, revoked_at)
    select ${userId}, id, clock_timestamp() from unnest(${[...new Set(deviceIds)]}::text[]) as device (id)
    on conflict (user_id, device_id) do update set revoked_at = excluded.revoked_at`.execute(trx)
  await sql`
    with surplus as (
      delete from revoked_devices where user_id = ${userId} and device_id in (
        select device_id from revoked_devices where user_id = ${userId} and device_id <> ${ALL}
        order by revoked_at desc, device_id offset ${MOST_DEVICES})
      returning revoked_at)
    insert into revoked_devices (user_id, device_id, revoked_at)
    select ${userId}, ${ALL}, max(revoked_at) from surplus having count(*) > 0
    on conflict (user_id, device_id) do update
      set revoked_at = greatest(revoked_devices.revoked_at, excluded.revoked_at)`.execute(trx)
}

/** The same for every device of the account. */
export async function revokeAllDevices(trx: AuthTransaction, userId: string): Promise<void> {
  await forgetRevokedDevices(trx, userId)
  await sql`insert into revoked_devices (user_id, device_id, revoked_at) values (${userId}, ${ALL}, clock_timestamp())`.execute(
    trx,
  )
}

/** Whether the token that the device got at `since` has been revoked. */
export async function isDeviceRevoked(
  db: AuthDatabase,
  { userId, deviceId, since }: { userId: string; deviceId: string; since: Date },
): Promise<boolean> {
  const row = await db
    .selectFrom('revoked_devices')
    .select('user_id')
    .where('user_id', '=', userId)
    .where('device_id', 'in', [deviceId, ALL])
    .where('revoked_at', '>=', since)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Of an account that was erased. */
export async function forgetRevokedDevices(trx: AuthTransaction, userId: string): Promise<void> {
  await trx.deleteFrom('revoked_devices').where('user_id', '=', userId).execute()
}

/** Deletes revocations that are older than any valid device token. */
export async function deleteRevocationsBefore(db: AuthDatabase, before: Date): Promise<void> {
  await db.deleteFrom('revoked_devices').where('revoked_at', '<', before).execute()
}

/** The clock by which revocations are dated. */
export async function readDatabaseClock(db: AuthDatabase): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(db)
  const [row] = rows
  if (!row) throw new Error('Postgres did not return its time')
  return row.now
}
