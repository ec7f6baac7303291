import { normalizeDomain } from '@latchkey/problems'
import { BadSetting, type Candidate, type SettingFault, setting } from '@latchkey/service-kit/settings'

/** Settings of who may have an account. */
export const registrationSettings = {
  registration: setting.choice({
    name: 'REGISTRATION',
    choices: ['invite', 'open'],
    default: 'invite',
    description: 'who may make an account: `invite` (administrators and hr invite) or `open` (anyone registers)',
  }),
  registrationDomains: setting.custom({
    name: 'REGISTRATION_DOMAINS',
    optional: true,
    description:
      'with `REGISTRATION=open` and mail: only addresses of these comma-separated domains register, and none signs in before it is verified',
    parse: parseDomains,
  }),
  invitationDomains: setting.custom({
    name: 'INVITATION_DOMAINS',
    optional: true,
    shownDefault: 'any',
    description: 'comma-separated domains of the addresses that callers without `users:write` may invite',
    parse: parseDomains,
  }),
}

export type RegistrationConfig = {
  readonly mode: 'invite' | 'open'
  /** In ASCII and lower case. With them an account signs in once its address is verified. */
  readonly domains: readonly string[] | undefined
  readonly invitationDomains: readonly string[] | undefined
}

type RegistrationSettings = Candidate<typeof registrationSettings>

export function* registrationFaults(
  { registration, registrationDomains }: RegistrationSettings,
  hasMail: boolean,
): Iterable<SettingFault> {
  if (registrationDomains === undefined) return
  const name = 'REGISTRATION_DOMAINS'
  if (registration !== 'open') yield { name, message: 'needs REGISTRATION=open' }
  if (!hasMail) yield { name, message: 'needs SMTP_URL: addresses are verified by mail' }
}

function parseDomains(text: string): readonly string[] {
  return text.split(',').map((item) => {
    const domain = normalizeDomain(item.trim())
    if (domain === undefined) throw new BadSetting('must list domains like example.com')
    return domain
  })
}
