import { serviceMain } from '@latchkey/stack'
import { type Exchange, postRequest } from '../load/exchange.ts'
import { tokenEnvironment } from '../tokens.ts'
import { openOurSessions, openPlainSessions } from './refresh-sessions.ts'
import type { Bench, Workload } from './workload.ts'

const PATH = '/auth/refresh'

/** `POST /auth/refresh` of auth-service with the token in the body: every connection continues with the token it got last. */
export function refresh({ data, connections, sessions }: Bench): Workload {
  const environment = {
    ...tokenEnvironment,
    DATABASE_URL: data.authDatabaseUrl,
    REDIS_URL: data.redisUrl,
  }
  return {
    title: 'refresh',
    method: 'POST',
    route: PATH,
    ours: {
      entry: serviceMain('auth-service'),
      environment,
      ...chains(() => openOurSessions(data.redisUrl, sessions), connections),
    },
    composite: {
      entry: new URL('../servers/refresh-composite.ts', import.meta.url).pathname,
      environment,
      ...chains(() => openPlainSessions(data.redisUrl, sessions), connections),
    },
  }
}

/** Divides the sessions among the connections; each cycles through its own. */
function chains(open: () => Promise<string[]>, connections: number) {
  let tokens: string[] = []
  return {
    async prepare(): Promise<void> {
      tokens = await open()
    },
    exchange(connection: number): Exchange {
      const own = tokens.filter((_, n) => n % connections === connection)
      let current = 0
      return {
        next: () => postRequest(PATH, `{"refreshToken":"${own[current]}"}`),
        answered(body) {
          own[current] = refreshTokenOf(body)
          current = (current + 1) % own.length
        },
      }
    },
  }
}

const MEMBER = '"refreshToken":"'

/** Cheaper than parsing: the load must not be slower than the server. */
function refreshTokenOf(body: string): string {
  const start = body.indexOf(MEMBER)
  if (start === -1) throw new Error(`a response without refreshToken: ${body}`)
  return body.slice(start + MEMBER.length, body.indexOf('"', start + MEMBER.length))
}
