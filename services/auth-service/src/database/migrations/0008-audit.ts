import { currentSchema, type ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/** Personal values of the audit trail in a table of their own, folded refusals, and the two ways to take anything away. */
export const audit: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('audit_personal')
      .addColumn('event_id', 'uuid', (column) => column.primaryKey())
      // Of the event's actor, of its subject where no actor is known.
      .addColumn('ip', 'text')
      .addColumn('user_agent', 'text')
      .addColumn('caller_request_id', 'text')
      // Of the event's subject: names and addresses.
      .addColumn('details', 'jsonb')
      .execute()
    await sql`
      insert into audit_personal (event_id, ip, details)
      select id, ip, (select jsonb_object_agg(key, value) from jsonb_each(details) where key in ('fullName', 'username'))
      from audit_events`.execute(db)
    await db.schema.createIndex('audit_personal_ip').on('audit_personal').column('ip').execute()
    await sql`create index audit_personal_addresses on audit_personal using gin (${ADDRESSES}) where details is not null`.execute(
      db,
    )

    await sql`drop trigger audit_events_append_only on audit_events`.execute(db)
    await sql`
      update audit_events set details = details - '{fullName,username}'::text[]
      where details ?| '{fullName,username}'::text[]`.execute(db)
    await db.schema
      .alterTable('audit_events')
      .dropColumn('ip')
      // No request is behind what the settings or the housekeeping do.
      .alterColumn('request_id', (column) => column.dropNotNull())
      .addColumn('count', 'integer', (column) => column.notNull().defaultTo(1))
      .addColumn('last_at', 'timestamptz(3)')
      .addColumn('fold_key', 'uuid')
      .execute()
    await db.schema
      .createIndex('audit_events_fold_key')
      .unique()
      .on('audit_events')
      .column('fold_key')
      .where(sql.ref('fold_key'), 'is not', null)
      .execute()

    await protect(db)
    await createErase(db)
    await createTrim(db)
  },

  async down(db: Kysely<unknown>): Promise<void> {
    await sql`drop function audit_trim(timestamptz)`.execute(db)
    await sql`drop function audit_erase(uuid, text[])`.execute(db)
    await sql`drop function audit_entry(text, text, jsonb)`.execute(db)
    await sql`drop trigger audit_events_append_only on audit_events`.execute(db)
    await sql`drop trigger audit_events_count_only on audit_events`.execute(db)
    await sql`drop function refuse_audit_update()`.execute(db)

    await db.schema.dropIndex('audit_events_fold_key').execute()
    await db.schema.alterTable('audit_events').addColumn('ip', 'text').execute()
    await sql`
      update audit_events set ip = coalesce(audit_personal.ip, ''), request_id = coalesce(audit_events.request_id, ''),
        details = audit_events.details || coalesce(audit_personal.details, '{}')
      from audit_events as every left join audit_personal on event_id = every.id
      where every.id = audit_events.id`.execute(db)
    await db.schema
      .alterTable('audit_events')
      .alterColumn('ip', (column) => column.setNotNull())
      .alterColumn('request_id', (column) => column.setNotNull())
      .dropColumn('count')
      .dropColumn('last_at')
      .dropColumn('fold_key')
      .execute()
    await db.schema.dropTable('audit_personal').execute()
    await sql`
      create or replace function refuse_change() returns trigger language plpgsql as $$
      begin raise exception 'audit_events is append-only'; end $$`.execute(db)
    await sql`
      create trigger audit_events_append_only before update or delete or truncate on audit_events
      for each statement execute function refuse_change()`.execute(db)
  },
}

/** The e-mail addresses that an entry names, as they are compared. */
const ADDRESSES = sql`
  (array[lower(details ->> 'email'), lower(details #>> '{before,email}'), lower(details #>> '{after,email}')])`

/**
 * Append-only: entries stay as they are, but for the two functions below, which set `latchkey.audit_maintenance` while they run
 * and run as the owner of the tables. The count of a refusal may grow: an entry hides no more than it did.
 */
async function protect(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function refuse_change() returns trigger language plpgsql as $$
    begin
      if current_setting('latchkey.audit_maintenance', true) = 'on'
        and current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid)
      then return null; end if;
      raise exception '% is append-only', tg_table_name;
    end $$`.execute(db)
  await sql`
    create trigger audit_events_append_only before delete or truncate on audit_events
    for each statement execute function refuse_change()`.execute(db)
  await sql`
    create trigger audit_personal_append_only before update or delete or truncate on audit_personal
    for each statement execute function refuse_change()`.execute(db)
  await sql`
    create function refuse_audit_update() returns trigger language plpgsql as $$
    begin
      if old.fold_key is not null and new.count >= old.count and new.last_at >= old.last_at
        and (new.fold_key = old.fold_key
          or new.fold_key is null and current_setting('latchkey.audit_maintenance', true) = 'on')
        and to_jsonb(new) - '{count,last_at,fold_key}'::text[] = to_jsonb(old) - '{count,last_at,fold_key}'::text[]
      then return new; end if;
      raise exception 'audit_events is append-only';
    end $$`.execute(db)
  await sql`
    create trigger audit_events_count_only before update on audit_events
    for each row execute function refuse_audit_update()`.execute(db)

  // What the functions below leave behind: a UUIDv7, as the entries of the service have.
  await sql`
    create function audit_entry(type text, subject text, details jsonb) returns void language sql
    set search_path = ${await schemaOf(db)}, pg_temp as $$
      insert into audit_events (id, type, outcome, subject_id, details)
      values (
        encode(set_bit(set_bit(
          overlay(uuid_send(gen_random_uuid()) placing
            substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
          52, 1), 53, 1), 'hex')::uuid,
        audit_entry.type, 'success', audit_entry.subject, audit_entry.details)
    $$`.execute(db)
  await sql`revoke all on function audit_entry(text, text, jsonb) from public`.execute(db)
}

/**
 * Takes away what the trail holds of a person: address, user agent and request id where the person acted, or was acted on by
 * someone unknown, and names and addresses where the person was the subject, or where an entry of another names one of the
 * person's mailboxes. Where neither is known, the values go that come from an address which this person alone has used. The events
 * stay, under the bare id.
 */
async function createErase(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit_erase(user_id uuid, address_keys text[]) returns bigint language plpgsql security definer
    set search_path = ${await schemaOf(db)}, pg_temp as $$
    declare
      person constant text := user_id::text;
      -- All below goes from these ids, by keys: it takes as long as the entries of the person are many, however large the trail is.
      own constant uuid[] := array(select id from audit_events where actor_id = person or subject_id = person);
      own_addresses text[];
      naming uuid[];
      touched bigint;
    begin
      perform set_config('latchkey.audit_maintenance', 'on', true);
      select coalesce(array_agg(event_id), '{}') into naming from audit_personal
      where details is not null and ${ADDRESSES} && address_keys;
      select count(*) into touched from audit_personal where event_id = any (own || naming);

      select array_agg(address) into own_addresses
      from (
        select distinct ip as address from audit_personal join audit_events on id = event_id
        where event_id = any (own) and (actor_id = person or actor_id is null) and ip is not null)
      where not exists (
        select from audit_personal join audit_events on id = event_id
        where ip = address and coalesce(actor_id, subject_id) <> person);

      -- The keys are computed from the network.
      update audit_events set fold_key = null where id = any (own) and fold_key is not null;
      update audit_events set fold_key = null
      where fold_key is not null and id in (select event_id from audit_personal where ip = any (own_addresses));
      -- No other person has these addresses: the rest is of callers who are not known.
      delete from audit_personal where ip = any (own_addresses) and event_id <> all (own);
      -- Most of it: what the person did, and to no other person. Deleted at once, as an update of each row takes longer.
      delete from audit_personal using audit_events
      where event_id = any (own) and id = event_id and (
        actor_id is null or actor_id = person and (subject_id = person or audit_personal.details is null));
      update audit_personal set ip = null, user_agent = null, caller_request_id = null from audit_events
      where event_id = any (own) and id = event_id and actor_id = person;
      update audit_personal set details = null from audit_events
      where event_id = any (own) and id = event_id and subject_id = person and audit_personal.details is not null;
      update audit_personal set details = null where event_id = any (naming);
      delete from audit_personal
      where event_id = any (own || naming) and num_nonnulls(ip, user_agent, caller_request_id, audit_personal.details) = 0;

      perform set_config('latchkey.audit_maintenance', 'off', true);
      perform audit_entry('audit_erased', person, jsonb_build_object('entries', touched));
      return touched;
    end $$`.execute(db)
  await sql`revoke all on function audit_erase(uuid, text[]) from public`.execute(db)
}

/** Takes away whole entries. */
async function createTrim(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit_trim(before timestamptz) returns bigint language plpgsql security definer
    set search_path = ${await schemaOf(db)}, pg_temp as $$
    declare
      trimmed bigint;
    begin
      perform set_config('latchkey.audit_maintenance', 'on', true);
      with gone as (delete from audit_events where at < before returning id),
        gone_too as (delete from audit_personal using gone where event_id = id)
      select count(*) into trimmed from gone;
      perform set_config('latchkey.audit_maintenance', 'off', true);
      if trimmed > 0 then
        perform audit_entry('audit_trimmed', null, jsonb_build_object(
          'before', to_char(before at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'entries', trimmed));
      end if;
      return trimmed;
    end $$`.execute(db)
  await sql`revoke all on function audit_trim(timestamptz) from public`.execute(db)
}

/** The functions find their tables whatever the caller's search path is: no caller can put others in their place. */
const schemaOf = async (db: Kysely<unknown>) => sql.id(await currentSchema(db))
