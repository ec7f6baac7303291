import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { AppInstance } from '../app-instance.ts'
import { mayUseCookies } from './origins.ts'

const PREFLIGHT_SECONDS = 600

/** Every header of answers that a page may want to read, beside those that browsers always expose. */
const EXPOSED_HEADERS = [
  'Accept-Encoding',
  'Allow',
  'Content-Disposition',
  'ETag',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
]

const ALLOWED: FastifyCorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  // Every header that the page asks for: tracing libraries add their own, and an allowed page may send any.
  exposedHeaders: EXPOSED_HEADERS,
  maxAge: PREFLIGHT_SECONDS,
  strictPreflight: false,
}

/**
 * Lets pages of exactly these origins call, with credentials where cookies can travel. Any other origin gets no CORS header at all.
 */
export async function allowOrigins(app: AppInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  const answers = new Map<string | undefined, FastifyCorsOptions>(
    origins.map((origin) => [origin, { ...ALLOWED, origin, credentials: mayUseCookies(origin) }]),
  )
  await app.register(cors, {
    delegator: (request, decide) => decide(null, answers.get(request.headers.origin) ?? { origin: false }),
  })
}
