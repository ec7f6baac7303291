// What both services take and answer, made from their OpenAPI documents.
export type { paths as AuthPaths } from './api/auth-service.ts'
export type { paths as EmployeePaths } from './api/employee-service.ts'
