import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/** What a listing can be sorted by. The dates twice, since those without one come last in both directions. */
const ORDERS = {
  last_name: 'last_name',
  hired_on: `(coalesce(hired_on, 'infinity'::date))`,
  hired_on_desc: `(coalesce(hired_on, '-infinity'::date))`,
  created_at: 'created_at',
}

/** Those of 0001, which this migration replaces. */
const FORMER_INDEXES = {
  employees_by_last_name: 'last_name, id',
  employees_by_hired_on: `(coalesce(hired_on, 'infinity'::date)), id`,
  employees_by_hired_on_desc: `(coalesce(hired_on, '-infinity'::date)), id`,
  employees_by_created_at: 'created_at, id',
  employees_of_department: 'department, last_name, id',
  employees_of_manager: 'manager_id, last_name, id',
}

/** A character that is neither a Latin letter or digit, nor what every e-mail address has. Frozen, as the whole migration is. */
const UNUSUAL = sql.lit('[^a-z0-9 .@-]')

export const findingEmployees: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    const unaccent = await extensionSchema(db, 'unaccent')
    const trigrams = await extensionSchema(db, 'pg_trgm')

    // One form for all spellings: compatibility characters, accents and case make no difference. unaccent() is only
    // `stable` because somebody may edit its rules; nobody does, and by its full name no search path bends it.
    await sql`
      create function employees_fold(value text) returns text language plpgsql immutable strict parallel safe as $$
      begin
        return translate(
          lower(${sql.id(unaccent, 'unaccent')}(${sql.lit(`${unaccent}.unaccent`)}::regdictionary, normalize(value, NFKC))
            collate "und-x-icu"), 'ς', 'σ');
      end $$`.execute(db)

    // Every character, and every three neighbours of Latin letters, digits, and the signs that every e-mail address has:
    // pg_trgm would end words there, so these become digits. What it makes of other letters depends on the locale of the
    // database.
    await sql`
      create function employees_trigrams(value text) returns text[] language plpgsql immutable strict parallel safe as $$
      begin
        return string_to_array(value, null) || ${sql.id(trigrams, 'show_trgm')}(translate(value, '.@-', '012'));
      end $$`.execute(db)

    // For words with anything else in them: every pair of neighbours from the first one on, then from the second. Regular
    // expressions do that many times faster than SQL could.
    await sql`
      create function employees_pairs(value text) returns text[] language plpgsql immutable strict parallel safe as $$
      declare words text := (
        select string_agg(word, ' ') from unnest(string_to_array(value, ' ')) as word where word ~ ${UNUSUAL});
      begin
        return string_to_array(regexp_replace(words, '(..)', E'\\\\1\\n', 'g'), E'\\n')
          || string_to_array(regexp_replace(substr(words, 2), '(..)', E'\\\\1\\n', 'g'), E'\\n');
      end $$`.execute(db)

    await sql`
      alter table employees add column search text collate "C" not null generated always as (
        employees_fold(first_name || ' ' || last_name || ' ' || email || coalesce(' ' || job_title, ''))
      ) stored`.execute(db)
    await sql`create index employees_by_trigram on employees using gin (employees_trigrams(search))`.execute(db)
    await sql`
      create index employees_by_pair on employees using gin (employees_pairs(search)) where search ~ ${UNUSUAL}`.execute(
      db,
    )

    // Each order, for all and within a department or a team. The status comes behind the order: it is cheap to pass over
    // in the index what has another one.
    for (const index of ['by_last_name', 'by_hired_on', 'by_hired_on_desc', 'by_created_at']) {
      await sql`drop index ${sql.id(`employees_${index}`)}`.execute(db)
    }
    await sql`drop index employees_of_department, employees_of_manager`.execute(db)
    for (const [name, order] of Object.entries(ORDERS)) {
      const key = sql.raw(`${order}, id, status`)
      await sql`create index ${sql.id(`employees_by_${name}`)} on employees (${key})`.execute(db)
      await sql`create index ${sql.id(`employees_of_department_by_${name}`)} on employees (department, ${key})`.execute(
        db,
      )
      await sql`create index ${sql.id(`employees_of_manager_by_${name}`)} on employees (manager_id, ${key})`.execute(db)
    }
    await sql`create index employees_of_status on employees (status, last_name, id)`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await sql`drop index employees_of_status`.execute(db)
    for (const name of Object.keys(ORDERS)) {
      for (const group of ['by', 'of_department_by', 'of_manager_by']) {
        await sql`drop index ${sql.id(`employees_${group}_${name}`)}`.execute(db)
      }
    }
    for (const [name, columns] of Object.entries(FORMER_INDEXES)) {
      await sql`create index ${sql.id(name)} on employees (${sql.raw(columns)})`.execute(db)
    }
    await sql`drop index employees_by_pair, employees_by_trigram`.execute(db)
    await sql`alter table employees drop column search`.execute(db)
    await sql`drop function employees_pairs(text)`.execute(db)
    await sql`drop function employees_trigrams(text)`.execute(db)
    await sql`drop function employees_fold(text)`.execute(db)
    // The extensions stay: they may have been there before, and others may use them.
  },
}

/** Where the extension is, made in `public` if it is nowhere. Both are trusted: the owner of the database may make them. */
async function extensionSchema(db: Kysely<unknown>, name: string): Promise<string> {
  await sql`create extension if not exists ${sql.id(name)} with schema public`.execute(db)
  const { rows } = await sql<{ schema: string }>`
    select nspname as schema from pg_extension join pg_namespace n on n.oid = extnamespace where extname = ${name}`.execute(
    db,
  )
  return rows[0]?.schema ?? 'public'
}
