import type { Kysely, Transaction } from 'kysely'
import type { EmployeeTable } from '../employees/employee-table.ts'
import type { HistoryTable } from '../history/history-table.ts'
import type { IdempotencyTable } from '../idempotency/idempotency-table.ts'
import type { OffboardingTable } from '../offboarding/offboarding-table.ts'
import type { OnboardingTable } from '../onboarding/onboarding-table.ts'

/** The tables of employee-service's own database. */
export type EmployeeSchema = {
  employees: EmployeeTable
  employee_history: HistoryTable
  idempotency_keys: IdempotencyTable
  offboardings: OffboardingTable
  onboardings: OnboardingTable
}

/** The database, or a transaction in it. */
export type EmployeeDatabase = Kysely<EmployeeSchema>
export type EmployeeTransaction = Transaction<EmployeeSchema>
