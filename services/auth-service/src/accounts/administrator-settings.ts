import { isEmail, normalizeEmail } from '@latchkey/problems'
import { type Candidate, type SettingFault, setting } from '@latchkey/service-kit/settings'
import { normalizePassword, plainObjection } from '../users/password-rules.ts'

/** Settings of the first administrator. */
export const administratorSettings = {
  adminEmail: setting.custom({
    name: 'ADMIN_EMAIL',
    default: 'admin@localhost.test',
    description: 'address of the first administrator, created once if no administrator exists; not used after that',
    parse: parseEmail,
  }),
  adminPassword: setting.secret({
    name: 'ADMIN_PASSWORD',
    optional: true,
    shownDefault: 'generated and printed once by `npm start`',
    description: 'password of the first administrator; the rules for passwords apply',
  }),
}

/** Reserved for the first administrator. */
export const ADMIN_USERNAME = 'admin'

type Settings = Candidate<typeof administratorSettings> & { readonly passwordMinLength: number | undefined }

/** What costs nothing to see; how strong the password is, is estimated when the administrator is created. */
export function* administratorFaults({
  adminEmail = '',
  adminPassword,
  passwordMinLength,
}: Settings): Iterable<SettingFault> {
  if (adminPassword === undefined || passwordMinLength === undefined) return
  const owner = { email: adminEmail, username: ADMIN_USERNAME }
  const message = plainObjection(normalizePassword(adminPassword), owner, passwordMinLength)
  if (message !== undefined) yield { name: administratorSettings.adminPassword.name, message }
}

function parseEmail(text: string): string {
  const email = normalizeEmail(text)
  if (!isEmail(email)) throw new Error('must be an e-mail address')
  return email
}
