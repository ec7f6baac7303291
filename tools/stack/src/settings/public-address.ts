import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from './stack-settings.ts'

/** Of what auth-service makes the addresses in links, see `linksUrlOf` there. */
const NAMES = ['LINKS_URL', 'PUBLIC_URL', 'TOKEN_ISSUER'] as const

const fileIn = (run: string): string => join(run, 'public-address')

/** Notes where links of this run lead, for commands that are started from another environment. */
export function notePublicAddress(run: string, environment: Environment): void {
  const noted = Object.fromEntries(NAMES.map((name) => [name, environment[name] || undefined]))
  writeFileSync(fileIn(run), `${JSON.stringify(noted)}\n`)
}

/** What the last run has noted; nothing where the environment says itself where links lead. */
export function notedPublicAddress(run: string, environment: Environment): Environment {
  const isSaid = [...NAMES, 'AUTH_PORT'].some((name) => environment[name])
  if (isSaid || !existsSync(fileIn(run))) return {}
  return JSON.parse(readFileSync(fileIn(run), 'utf8')) as Environment
}
