export { buildApp, type Overrides } from './app.ts'
export { type Config, loadConfig, settings } from './config.ts'
