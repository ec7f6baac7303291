import type { AppInstance } from '@latchkey/service-kit'
import type { EmployeeService } from '../../../employees/employee-service.ts'
import type { HistoryService } from '../../../history/history-service.ts'
import type { EmployeeTransfer } from '../../../import-export/employee-transfer.ts'
import { createEmployee } from './create-employee.ts'
import { exportEmployees } from './export-employees.ts'
import { getEmployee } from './get-employee.ts'
import { getOwnEmployee } from './get-own-employee.ts'
import { importEmployees } from './import-employees.ts'
import { listEmployees } from './list-employees.ts'
import { listHistory } from './list-history.ts'
import { patchEmployee } from './patch-employee.ts'
import { replaceEmployee } from './replace-employee.ts'

/** What the routes ask of the domain. */
export type EmployeeServices = {
  readonly employees: EmployeeService
  readonly history: HistoryService
  readonly transfer: EmployeeTransfer
}

export async function employeeRoutes(app: AppInstance, services: EmployeeServices): Promise<void> {
  const { employees, history, transfer } = services

  await app.register(async (own: AppInstance) => {
    own.addHook('onRequest', own.requireScope('profile'))
    getOwnEmployee(own, employees)
  })

  await app.register(async (reading: AppInstance) => {
    reading.addHook('onRequest', reading.requireScope('employees:read'))
    listEmployees(reading, employees)
    exportEmployees(reading, transfer)
    getEmployee(reading, employees)
    listHistory(reading, history)
  })

  await app.register(async (writing: AppInstance) => {
    writing.addHook('onRequest', writing.requireScope('employees:write'))
    createEmployee(writing, employees)
    replaceEmployee(writing, employees)
    await patchEmployee(writing, employees)
    await importEmployees(writing, transfer)
  })
}
