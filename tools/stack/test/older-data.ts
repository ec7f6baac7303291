import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createChildProcesses, runSql, startPostgres } from '@latchkey/harness'

const NAMES = ['auth', 'employee'] as const

/** Makes of a data directory one as it was when each service owned its tables. */
export async function becomeOlder(dataDirectory: string): Promise<void> {
  const server = await startPostgres({
    processes: createChildProcesses(),
    directory: join(dataDirectory, 'postgres'),
    runDirectory: join(dataDirectory, 'run'),
    superuserPassword: readFileSync(join(dataDirectory, 'secrets/postgres-superuser-password'), 'utf8').trim(),
  })
  try {
    for (const name of NAMES) {
      const [role, owner] = [`latchkey_${name}`, `latchkey_${name}_owner`]
      const handBack = [`reassign owned by ${owner} to ${role}`, `drop owned by ${owner}`, `drop role ${owner}`]
      await runSql(server.url(role), ...handBack)
      rmSync(join(dataDirectory, `secrets/${name}-owner-password`))
    }
  } finally {
    await server.stop()
  }
}

/** Who owns the tables and sequences, as the roles of the services see it, and whether those may create any. */
export async function ownersIn(dataDirectory: string): Promise<unknown[]> {
  const urls = NAMES.map((name) => readFileSync(join(dataDirectory, `run/${name}-database-url`), 'utf8').trim())
  const rows = urls.map((url) =>
    runSql(
      url,
      `select current_database() as database, array_agg(distinct pg_get_userbyid(relowner)::text) as owners,
        has_schema_privilege('public', 'create') as creates
      from pg_class where relnamespace in ('public'::regnamespace, 'public_jobs'::regnamespace) and relkind in ('r', 'p', 'S')`,
    ),
  )
  return (await Promise.all(rows)).flat()
}
