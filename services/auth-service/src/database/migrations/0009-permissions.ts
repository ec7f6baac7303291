import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/**
 * Scopes and roles of a company's own. Which names there are is in tables and in the code, and in no constraint. `staff` reads
 * employees; `user`, which did so before, is the bare account. No account gets `staff` here: who of the `user`s belongs to the company is
 * known to an administrator alone.
 */
export const permissions: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table users
        drop constraint users_roles,
        add constraint users_roles check (cardinality(roles) > 0)`.execute(db)

    // One row: each change of the policy locks it, and each grant by the policy shares it.
    await sql`
      create table policy (
        id boolean primary key default true check (id),
        version integer not null default 1,
        file_version integer not null default 0
      )`.execute(db)
    await sql`insert into policy default values`.execute(db)
    await sql`
      create table scopes (
        name text primary key,
        description text not null,
        configured boolean not null default false,
        since integer not null
      )`.execute(db)
    await sql`
      create table roles (
        name text primary key,
        description text not null,
        scopes text[] not null,
        configured boolean not null default false
      )`.execute(db)
    // From which version on a role holds less, or a scope is no more. Of deleted ones too: their tokens live on.
    await sql`
      create table narrowings (
        kind text not null check (kind in ('role', 'scope')),
        name text not null,
        pol integer not null,
        narrowed_at timestamptz(3) not null,
        primary key (kind, name)
      )`.execute(db)

    await sql`
      create function policy_tell() returns trigger language plpgsql as $$
      begin
        perform pg_notify('policy_' || md5(tg_table_schema), '');
        return null;
      end $$`.execute(db)
    await sql`
      create trigger policy_tell after update on policy
      for each statement execute function policy_tell()`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await sql`drop table narrowings, roles, scopes, policy`.execute(db)
    await sql`drop function policy_tell()`.execute(db)
    // Before, `user` could do what `staff` can, and there were no others.
    await sql`
      update users set roles = case when cardinality(kept) = 0 then array['user'] else kept end
      from (
        select id as user_id, array(
          select distinct role from unnest(array_replace(roles, 'staff', 'user')) role where role in ('user', 'hr', 'admin')
        ) as kept
        from users
      ) before
      where id = user_id and not roles <@ array['user', 'hr', 'admin']`.execute(db)
    await sql`
      alter table users
        drop constraint users_roles,
        add constraint users_roles check (roles <@ array['user', 'hr', 'admin'] and cardinality(roles) > 0)`.execute(db)
  },
}
