import type { AppInstance } from '@latchkey/service-kit'
import type { EmployeeService } from '../../../employees/employee-service.ts'
import type { HistoryService } from '../../../history/history-service.ts'
import type { ImportExport } from '../../../import-export/create-import-export.ts'
import { explainChangedTags } from '../../changed-tags.ts'
import { createEmployeeRoute } from './create-employee.ts'
import { exportEmployeesRoute } from './export-employees.ts'
import { getEmployeeRoute } from './get-employee.ts'
import { getOwnEmployeeRoute } from './get-own-employee.ts'
import { importEmployeesRoute } from './import-employees.ts'
import { listEmployeesRoute } from './list-employees.ts'
import { listHistoryRoute } from './list-history.ts'
import { patchEmployeeRoute } from './patch-employee.ts'
import { replaceEmployeeRoute } from './replace-employee.ts'

type Services = ImportExport & {
  readonly employees: EmployeeService
  readonly history: HistoryService
}

/** Everything under /employees, offboarding aside, by the scope that a call needs. */
export async function employeeRoutes(app: AppInstance, services: Services): Promise<void> {
  const { employees, history, importEmployees, exportEmployees } = services
  explainChangedTags(app)
  await app.register(profile)
  await app.register(employeesRead)
  await app.register(employeesWrite)

  async function profile(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('profile'))
    getOwnEmployeeRoute(scoped, employees)
  }

  async function employeesRead(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('employees:read'))
    listEmployeesRoute(scoped, employees)
    getEmployeeRoute(scoped, employees)
  }

  async function employeesWrite(scoped: AppInstance): Promise<void> {
    scoped.addHook('onRequest', scoped.requireScope('employees:write'))
    listHistoryRoute(scoped, history)
    exportEmployeesRoute(scoped, exportEmployees)
    createEmployeeRoute(scoped, employees)
    replaceEmployeeRoute(scoped, employees)
    // Scopes of their own, as each accepts another media type.
    await scoped.register(async (mergePatch: AppInstance) => patchEmployeeRoute(mergePatch, employees))
    await scoped.register(async (csv: AppInstance) => importEmployeesRoute(csv, importEmployees))
  }
}
