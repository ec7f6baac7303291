import { type Candidate, type SettingFault, setting } from '@latchkey/service-kit/settings'

/** Settings of sessions and of the access tokens that they are given. */
export const sessionSettings = {
  accessTokenTtlSeconds: setting.durationSeconds({
    name: 'ACCESS_TOKEN_EXPIRY',
    default: '15m',
    // Verifiers refuse tokens that live longer.
    max: '24h',
    description: 'lifetime of an access token, at most `24h`',
  }),
  idleMs: setting.durationMs({
    name: 'REFRESH_TOKEN_EXPIRY',
    default: '7d',
    min: '1s',
    description: 'idle lifetime of a session: pushed out at each refresh; at most `SESSION_MAX_AGE`',
  }),
  maxAgeMs: setting.durationMs({
    name: 'SESSION_MAX_AGE',
    default: '30d',
    max: '3650d',
    description: 'absolute lifetime of a session, however often it is refreshed; at most `3650d`',
  }),
  graceMs: setting.durationMs({
    name: 'REFRESH_GRACE',
    default: '30s',
    min: '1s',
    description:
      'how long a refresh token may be repeated after its successor was issued; shorter than `REFRESH_TOKEN_EXPIRY`',
  }),
  maxDevicesPerUser: setting.integer({
    name: 'MAX_DEVICES_PER_USER',
    default: 20,
    min: 1,
    max: 1000,
    description: 'the device seen longest ago gives way',
  }),
  accessTokenProfile: setting.choice({
    name: 'ACCESS_TOKEN_PROFILE',
    choices: ['full', 'minimal'],
    default: 'full',
    description: '`full`, or `minimal`: no `username`, `email` in access tokens',
  }),
}

export function* lifetimeFaults(candidate: Candidate<typeof sessionSettings>): Iterable<SettingFault> {
  const { idleMs, maxAgeMs, graceMs } = candidate
  if (idleMs === undefined) return
  // Otherwise the use of a copied token would never be noticed.
  if (graceMs !== undefined && graceMs >= idleMs) {
    yield { name: 'REFRESH_GRACE', message: 'must be shorter than REFRESH_TOKEN_EXPIRY' }
  }
  if (maxAgeMs !== undefined && idleMs > maxAgeMs) {
    yield { name: 'REFRESH_TOKEN_EXPIRY', message: 'must be at most SESSION_MAX_AGE' }
  }
}
