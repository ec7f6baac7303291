export { createEntry, type RingText, writeRing } from './keys/ring-text.ts'
export {
  adminProgram,
  authService,
  employeeService,
  type Service,
  type ServiceName,
  serviceMain,
} from './services/service.ts'
export { type ServiceProcess, type ServiceProcessOptions, startService } from './services/service-process.ts'
export { waitUntilReady } from './services/wait-until-ready.ts'
