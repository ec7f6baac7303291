import {
  createServiceClient,
  type ServiceCallError,
  type ServiceClient,
  type ServiceClientOptions,
} from '../../src/index.ts'
import type { Scope, TestServer } from './http-server.ts'

/** Canaries: nothing may ever show them. */
export const clientSecret = 'canary-secret: ü%+&/='

export type TestClient = ServiceClient & {
  /** What it would have waited between tries, in milliseconds. */
  pauses: number[]
  /** Moves its clock, which stands still otherwise. */
  advance(ms: number): void
}

/** A client that waits for nothing: its pauses are written down and move its clock. */
export function testClient(
  t: Scope,
  {
    service,
    tokens,
    ...options
  }: Partial<ServiceClientOptions> & { service: TestServer | string; tokens: TestServer | string },
): TestClient {
  const pauses: number[] = []
  let nowMs = 5000
  const client = createServiceClient({
    baseUrl: typeof service === 'string' ? service : service.url,
    tokenUrl: typeof tokens === 'string' ? tokens : `${tokens.url}/oauth/token`,
    clientId: 'payroll',
    clientSecret,
    now: () => nowMs,
    random: () => 0.5,
    async sleep(ms) {
      pauses.push(ms)
      nowMs += ms
    },
    ...options,
  })
  t.teardown(() => client.close())
  return Object.assign(client, {
    pauses,
    advance(ms: number) {
      nowMs += ms
    },
  })
}

/** What a call failed with; an answer is an error too. */
export async function failureOf(call: Promise<unknown>): Promise<ServiceCallError> {
  try {
    await call
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error as ServiceCallError
    throw error
  }
  throw new Error('did not fail')
}
