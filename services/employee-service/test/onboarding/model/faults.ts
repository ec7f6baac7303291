import type { ServicePair } from '../../support/service-pair.ts'
import type { Person } from './person.ts'

type Row = {
  user_id: string
  status: string
  onboarding: string | null
  employee_id: string | null
  last_error: string | null
}

/** What must never be, once everything has come to rest. */
export async function faultsIn(pair: ServicePair, person: Person, story: unknown): Promise<string[]> {
  const faults: string[] = []
  const add = (fault: string, row?: Row) =>
    faults.push(`${fault}: ${JSON.stringify(row)} after ${JSON.stringify(story)}`)

  const accounts = await pair.auth.database.pool.query<{ user_id: string; status: string }>(
    `select id as user_id, status from users where invited_by = 'employee-service' and email like $1 and status <> 'disabled'`,
    [`${person.name}-%`],
  )
  const rows: Row[] = []
  for (const account of accounts.rows) {
    const { rows: known } = await pair.database.pool.query(
      `select state as onboarding, employee_id, last_error from onboardings where user_id = $1`,
      [account.user_id],
    )
    rows.push({ ...account, onboarding: null, employee_id: null, last_error: null, ...known[0] })
  }
  for (const row of rows) {
    const employee = row.employee_id === null ? undefined : await findEmployee(pair, row.employee_id)
    if (row.onboarding === null) add('an account that nobody knows', row)
    else if (employee === undefined || employee.status === 'terminated')
      add('the account of a leaver is not disabled', row)
    else if (row.onboarding === 'ended') add('an account of an invitation that ended is not disabled', row)
    else if (row.onboarding === 'accepted' && row.status !== 'active') add('accepted, and yet not active', row)
    else if (row.onboarding === 'invited' && row.status === 'active') add('active, and yet not linked', row)
    else if (row.last_error === 'email_changed' || row.last_error === 'already_linked')
      add('superseded, and yet not disabled', row)
  }
  const perEmployee = new Set(rows.map(({ employee_id }) => employee_id))
  if (perEmployee.size < rows.length) add('an employee has two accounts')

  for (const { address, text } of person.tokens) {
    const account = await pair.accountOf(address)
    const { status } = await pair.call('GET', '/employees/me', undefined, { authorization: `Bearer ${text}` })
    if (account?.status === 'disabled' && status !== 401) add(`a token of a leaver got ${status}`)
  }
  return faults
}

async function findEmployee(pair: ServicePair, id: string): Promise<{ status: string } | undefined> {
  const { rows } = await pair.database.pool.query('select status from employees where id = $1', [id])
  return rows[0]
}
