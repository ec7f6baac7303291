export { buildApp, type Overrides } from './app.ts'
export { type Config, employeeSettings, loadConfig } from './config.ts'
