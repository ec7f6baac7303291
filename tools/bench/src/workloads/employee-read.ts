import { serviceMain } from '@latchkey/stack'
import pg from 'pg'
import { getRequest } from '../load/exchange.ts'
import { accessTokens, tokenEnvironment } from '../tokens.ts'
import type { Bench, Workload } from './workload.ts'

const EMPLOYEES = 1000

/** `GET /employees/:id` of employee-service, each time another employee, read from Postgres. */
export function employeeRead({ data }: Bench): Workload {
  const tokens = accessTokens(500)
  let requests: string[] = []
  const exchange = (connection: number) => {
    let n = connection * 31
    return { next: () => requests[n++ % requests.length] ?? '' }
  }
  const environment = {
    ...tokenEnvironment,
    REDIS_URL: data.redisUrl,
    EMPLOYEE_DATABASE_URL: data.employeeDatabaseUrl,
  }
  return {
    title: 'employee read',
    method: 'GET',
    route: '/employees/:id',
    ours: {
      entry: serviceMain('employee-service'),
      environment,
      exchange,
      // By now the service has migrated its database.
      async prepare() {
        const ids = await insertEmployees(data.employeeDatabaseUrl)
        requests = ids.map((id, n) => getRequest(`/employees/${id}`, tokens[n % tokens.length] ?? ''))
      },
    },
    composite: {
      entry: new URL('../servers/employee-composite.ts', import.meta.url).pathname,
      environment,
      exchange,
    },
  }
}

async function insertEmployees(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string }>(
      `insert into employees (id, first_name, last_name, email, department, job_title, hired_on)
      select gen_random_uuid(), 'Ada', 'Lovelace', 'ada' || n || '@example.com', 'Engineering', 'Engineer', '2024-02-29'
      from generate_series(1, $1::integer) as n returning id`,
      [EMPLOYEES],
    )
    await client.query('analyze employees')
    return rows.map(({ id }) => id)
  } finally {
    await client.end()
  }
}
