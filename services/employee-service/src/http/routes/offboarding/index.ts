import type { AppInstance } from '@latchkey/service-kit'
import type { OffboardingService } from '../../../offboarding/offboarding-service.ts'
import { explainChangedTags } from '../../changed-tags.ts'
import { deleteEmployeeRoute } from './delete-employee.ts'
import { getOffboardingRoute } from './get-offboarding.ts'
import { retryOffboardingRoute } from './retry-offboarding.ts'
import { terminateEmployeeRoute } from './terminate-employee.ts'
import { withdrawOffboardingRoute } from './withdraw-offboarding.ts'

type Services = { readonly offboarding: OffboardingService }

/** Everything under /employees that ends an employment, and what becomes of the account, by the scope that a call needs. */
export async function offboardingRoutes(app: AppInstance, { offboarding }: Services): Promise<void> {
  explainChangedTags(app)
  await app.register(employeesWrite)
  await app.register(employeesLink)

  async function employeesWrite(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('employees:write'))
    getOffboardingRoute(scoped, offboarding)
    terminateEmployeeRoute(scoped, offboarding)
    deleteEmployeeRoute(scoped, offboarding)
    retryOffboardingRoute(scoped, offboarding)
  }

  async function employeesLink(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('employees:link'))
    withdrawOffboardingRoute(scoped, offboarding)
  }
}
