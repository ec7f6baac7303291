import { getRequest } from '../load/conversation.ts'
import { accessTokens } from '../tokens.ts'
import { WHO_AM_I } from './who-am-i.ts'
import type { Workload } from './workload.ts'

/** A route of a service of one's own behind a scope, with a small JSON answer: what the token check costs. */
export function authenticated(): Workload {
  const requests = accessTokens(500).map((token) => getRequest(WHO_AM_I, token))
  const converse = (connection: number) => {
    let n = connection
    return { next: () => requests[n++ % requests.length] ?? '' }
  }
  const server = (name: string): string => new URL(`../servers/${name}.ts`, import.meta.url).pathname
  return {
    title: 'authenticated request',
    method: 'GET',
    route: WHO_AM_I,
    ours: { entry: server('authenticated-ours'), environment: {}, converse },
    composite: { entry: server('authenticated-composite'), environment: {}, converse },
  }
}
