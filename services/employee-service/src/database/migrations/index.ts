import type { ReversibleMigration } from '@latchkey/database'
import { employees } from './0001-employees.ts'
import { employeeHistory } from './0002-employee-history.ts'
import { offboarding } from './0003-offboarding.ts'
import { managerChains } from './0004-manager-chains.ts'
import { idempotencyKeys } from './0005-idempotency-keys.ts'
import { findingEmployees } from './0006-finding-employees.ts'
import { bulkInserts } from './0007-bulk-inserts.ts'
import { failedOffboardings } from './0008-failed-offboardings.ts'
import { onboarding } from './0009-onboarding.ts'

/** In the order of their names. A migration that was released is never changed. */
export const migrations: Record<string, ReversibleMigration> = {
  '0001-employees': employees,
  '0002-employee-history': employeeHistory,
  '0003-offboarding': offboarding,
  '0004-manager-chains': managerChains,
  '0005-idempotency-keys': idempotencyKeys,
  '0006-finding-employees': findingEmployees,
  '0007-bulk-inserts': bulkInserts,
  '0008-failed-offboardings': failedOffboardings,
  '0009-onboarding': onboarding,
}
