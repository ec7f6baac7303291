// The entry `./bench`: tools/bench measures the queries that the service sends, and their plans.
export type { EmployeeSchema } from './database/employee-database.ts'
export { openDatabase } from './database/open-database.ts'
export type { EmployeeFilter } from './employees/employee-listing.ts'
export { type EmployeePosition, type EmployeeSort, positionOf } from './employees/employee-sort.ts'
export { listEmployees } from './employees/search/employee-listing-repository.ts'
