import { type Log, waitUntilReady } from '@latchkey/problems'

/** An address and the setting that it comes from. */
type NamedAddress = { readonly url: string; readonly setting: string }

type MigrationRoles = {
  /** Who owns the tables. */
  readonly owner: NamedAddress
  /** Who reads and writes their rows: past the pooler, where there is one. */
  readonly runtime: NamedAddress
  /** Gets what an operator should know. */
  readonly warn: (line: string) => void
}

type Options = {
  readonly addresses: {
    readonly ownerUrl: string
    readonly databaseUrl: string
    readonly sessionDatabaseUrl: string | undefined
  }
  /** The settings that they come from. */
  readonly names: { readonly owner: string; readonly url: string; readonly sessionUrl: string }
  readonly log: Pick<Log, 'warn'>
  /** Whether time may cure an error. */
  readonly isTemporary: (error: unknown) => boolean
}

/** Has `migrate` work on a database in the name of its owner, as soon as Postgres answers. @throws what waiting does not cure */
export async function migrateWhenReady(
  { addresses, names, log, isTemporary }: Options,
  migrate: (roles: MigrationRoles) => Promise<void>,
): Promise<void> {
  const { ownerUrl, databaseUrl, sessionDatabaseUrl } = addresses
  const roles: MigrationRoles = {
    owner: { url: ownerUrl, setting: names.owner },
    runtime:
      sessionDatabaseUrl === undefined
        ? { url: databaseUrl, setting: names.url }
        : { url: sessionDatabaseUrl, setting: names.sessionUrl },
    warn: (line) => log.warn(line),
  }
  await waitUntilReady('Postgres', log, () => migrate(roles), { isTemporary })
}
