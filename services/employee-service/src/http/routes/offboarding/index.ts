import type { AppInstance } from '@latchkey/service-kit'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { deleteEmployee } from './delete-employee.ts'
import { getOffboarding } from './get-offboarding.ts'
import { retryOffboarding } from './retry-offboarding.ts'
import { terminateEmployee } from './terminate-employee.ts'

/** Whatever ends employees, and what becomes of their accounts. */
export async function offboardingRoutes(app: AppInstance, offboarding: OffboardingService): Promise<void> {
  await app.register(async (reading: AppInstance) => {
    reading.addHook('onRequest', reading.requireScope('employees:read'))
    getOffboarding(reading, offboarding)
  })

  await app.register(async (writing: AppInstance) => {
    writing.addHook('onRequest', writing.requireScope('employees:write'))
    terminateEmployee(writing, offboarding)
    deleteEmployee(writing, offboarding)
    retryOffboarding(writing, offboarding)
  })
}
