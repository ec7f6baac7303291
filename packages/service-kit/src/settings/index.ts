export { CLIENT_ID, CLIENT_ID_RULE, CLIENT_SECRET_RULE, isClientSecret } from './client-credentials.ts'
export { type Listening, listeningOf, operationsPortOf, parseOperationsPort, portFaults } from './listening.ts'
export { type Candidate, type Environment, isGiven, loadSettings } from './load-settings.ts'
export { BadSetting, parseList, parsePublicUrl, parseUrl } from './parsers.ts'
export { type Setting, setting } from './setting.ts'
export { type SettingFault, SettingsError } from './settings-error.ts'
export {
  ownerPostgresDescription,
  sessionPostgresDescription,
  sharedOptions,
  sharedSettings,
} from './shared-settings.ts'
export type { Watched } from './watched.ts'
