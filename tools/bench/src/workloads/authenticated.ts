import { getRequest } from '../load/exchange.ts'
import { accessTokens } from '../tokens.ts'
import type { Workload } from './workload.ts'

/** The path of the route; its response is a part of the caller's token. */
export const WHO_AM_I = '/who-am-i'

/** A route behind a scope with a small JSON response: what the token check costs. */
export function authenticated(): Workload {
  const requests = accessTokens(500).map((token) => getRequest(WHO_AM_I, token))
  const exchange = (connection: number) => {
    let n = connection
    return { next: () => requests[n++ % requests.length] ?? '' }
  }
  const server = (name: string): string => new URL(`../servers/${name}.ts`, import.meta.url).pathname
  return {
    title: 'authenticated request',
    method: 'GET',
    route: WHO_AM_I,
    ours: { entry: server('authenticated-ours'), environment: {}, exchange },
    composite: { entry: server('authenticated-composite'), environment: {}, exchange },
  }
}
