import { Type } from 'typebox'
import type { AppInstance } from '../app-instance.ts'
import { createProbe, type HealthOptions } from './probe.ts'

const Status = Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('unavailable')])
const Report = Type.Object({
  status: Status,
  checks: Type.Record(Type.String(), Type.Object({ status: Status })),
})
const Alive = Type.Object({ status: Type.Literal('ok') })

/**
 * `GET /health/live`: the process runs. `GET /health/ready`: the service can work (200, also when degraded), or names the
 * dependency that is unavailable (503). A stopping app is not ready.
 */
export function registerHealth(app: AppInstance, options: HealthOptions): void {
  const probe = createProbe(options, app.log)
  const config = { quiet: true }

  app.get(
    '/health/live',
    { config, schema: { tags: ['operations'], summary: 'The process runs', response: { 200: Alive } } },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/health/ready',
    {
      config,
      schema: {
        tags: ['operations'],
        summary: 'The service can work',
        response: { 200: Report, 503: Report },
      },
    },
    async (_request, reply) => {
      const { status, checks } = await probe()
      const shown = app.draining ? 'unavailable' : status
      if (shown === 'unavailable') reply.code(503).header('retry-after', '1')
      return { status: shown, checks }
    },
  )
}
