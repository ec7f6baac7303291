import { ACCESS_COOKIE } from '@latchkey/resource-server'
import { type AppInstance, createServer, type LoggerOptions } from '@latchkey/service-kit'
import manifest from '../../package.json' with { type: 'json' }
import type { Config } from '../config.ts'

type Options = {
  readonly config: Pick<Config, 'logLevel' | 'apiDocs' | 'trustProxy' | 'allowedOrigins' | 'publicUrl' | 'tokens'>
  /** Standard output unless given. */
  readonly logStream: LoggerOptions['stream'] | undefined
  readonly isUnavailable: (error: unknown) => boolean
}

/** The HTTP server of auth-service, without routes, and what its documentation says of it. */
export const createAuthServer = ({ config, logStream, isUnavailable }: Options): Promise<AppInstance> =>
  createServer({
    name: 'auth-service',
    title: 'Latchkey auth-service',
    version: manifest.version,
    description: 'Signs users in, rotates refresh tokens, keeps one session per device.',
    accessCookie: ACCESS_COOKIE,
    tags: [
      { name: 'auth', description: 'For people and their devices' },
      { name: 'admin', description: 'For administrators' },
      { name: 'oauth', description: 'The standard endpoints' },
      { name: 'console', description: 'Pages that mailed links lead to' },
    ],
    logger: { level: config.logLevel, ...(logStream && { stream: logStream }) },
    apiDocs: config.apiDocs,
    trustProxy: config.trustProxy,
    // Clients of OAuth come by the issuer's URL.
    publicUrls: [config.publicUrl, config.tokens.issuer],
    allowedOrigins: config.allowedOrigins,
    isUnavailable,
  })
