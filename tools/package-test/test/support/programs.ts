import { join } from 'node:path'
import { repository } from '../../src/repository.ts'
import { snippetWith } from './readme.ts'
import { realSurroundings } from './surroundings.ts'

const home = (name: string): string => join(repository, 'packages', name)

/** Where the programs of the READMEs find each other in this run. */
export type Addresses = {
  authUrl: string
  /** The port of the first program. */
  port: number
}

/** The first snippet of each README as a program: a service, a call of it, and the check of a token. */
export function readmePrograms({ authUrl, port }: Addresses): Record<'reports' | 'call' | 'verify', string> {
  const program = (code: string, ...more: string[]): string =>
    [realSurroundings, code, ...more]
      .join('\n')
      .replaceAll('http://localhost:3001/', `${authUrl}/`)
      .replaceAll('http://localhost:3003', `http://localhost:${port}`)
      .replace('port: 3003', `port: ${port}`)
  return {
    reports: program(snippetWith('/reports', home('resource-server'))),
    call: program(
      snippetWith('createServiceClient', home('service-client')),
      'console.log(response.status, JSON.stringify(await response.json()))',
      'await reports.close()',
    ),
    verify: program(snippetWith('parseKeyRing', home('access-token')), 'console.log(claims.sub)'),
  }
}

/** The snippet of the first page, around which there is an app; it follows no revocations. */
export function payroll(): string {
  return [
    "import Fastify from 'fastify'",
    'const app = Fastify()',
    snippetWith('/payslips', repository),
    "console.log((await app.inject('/payslips')).statusCode)",
  ].join('\n')
}
