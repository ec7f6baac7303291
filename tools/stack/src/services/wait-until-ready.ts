import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { StackError } from '../stack-error.ts'

/** Asks a service's `/health/ready` until it answers 200. Rejects when it takes too long, or with the signal's reason. */
export async function waitUntilReady(
  name: string,
  baseUrl: string,
  signal: AbortSignal,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const { status, body } = await ask(`${baseUrl}/health/ready`)
    if (status === 200) return
    if (Date.now() > deadline) {
      throw new StackError(`${name} is not ready after ${timeoutMs / 1000} s. It says: ${body || 'nothing'}`)
    }
    await delay(25, undefined, { signal })
  }
}

// A connection for every question: a kept one would hold up the service when it stops.
function ask(url: string): Promise<{ status?: number; body: string }> {
  const { promise, resolve } = Promise.withResolvers<{ status?: number; body: string }>()
  const request = get(url, { agent: false, timeout: 2000 }, (response) => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      body += chunk
    })
    response.on('close', () => resolve({ status: response.statusCode ?? 0, body }))
  })
  request.on('timeout', () => request.destroy())
  request.on('error', () => resolve({ body: '' }))
  return promise
}
