import type { FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { AppInstance } from '../app-instance.ts'

/** The registry to which modules add metrics of their own. */
export type Metrics = { readonly registry: Registry }

/** Counts the app's requests and observes its process. `GET /metrics` of the operations port shows them. */
export function addMetrics(app: AppInstance): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its response',
    labelNames: ['method', 'route', 'status', 'operation'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  app.decorate('metrics', { registry })
  app.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const { operation } = request.routeOptions.config
    durations.observe(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: `${Math.floor(reply.statusCode / 100)}xx`,
        ...(operation !== undefined && { operation }),
      },
      reply.elapsedTime / 1000,
    )
    done()
  })
}
