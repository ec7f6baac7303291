export type OwnedTables = {
  /** One of the tables of a service. */
  readonly table: string
  /** A trigger on it. */
  readonly trigger: string
  /** Schema of its job queue. */
  readonly jobs: string
  readonly owner: string
}

/** Statements that only the owner of the tables may run, by what they do: the role of a service is refused each, with 42501. */
export const statementsOfOwners = ({ table, trigger, jobs, owner }: OwnedTables): readonly string[] => [
  'create table things (id int)',
  'create schema things',
  'create view things as select 1 as one',
  "create function things() returns int language sql as 'select 1'",
  'create extension hstore',
  'create role things',
  'create database things',
  `create table ${jobs}.things (id int)`,
  `create index things on ${table} (id)`,
  `create trigger things before delete on ${table} execute function suppress_redundant_updates_trigger()`,
  `create rule things as on delete to ${table} do instead nothing`,
  `alter table ${table} add column things int`,
  `alter table ${table} disable trigger all`,
  `alter table ${table} disable trigger ${trigger}`,
  `alter table ${table} owner to current_user`,
  `alter role ${owner} password 'things'`,
  `alter table ${jobs}.job add column things int`,
  `drop trigger ${trigger} on ${table}`,
  `drop table ${table}`,
  `drop schema ${jobs}`,
  `truncate ${table} cascade`,
  `truncate ${jobs}.job`,
  `set role ${owner}`,
  `set session authorization ${owner}`,
  `set session_replication_role = replica`,
  `grant ${owner} to current_user`,
  `reassign owned by ${owner} to current_user`,
  `comment on table ${table} is 'things'`,
  'delete from kysely_migration',
  "insert into kysely_migration values ('9999-things', '')",
  'update kysely_migration_lock set is_locked = 1',
]
