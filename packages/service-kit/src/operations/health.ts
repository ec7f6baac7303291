import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { AppInstance } from '../app-instance.ts'
import { createProbe, type HealthOptions, type HealthReport } from './probe.ts'

const Status = Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('unavailable')])
const Ready = Type.Object({ status: Status })
const Report = Type.Object({
  status: Status,
  checks: Type.Record(Type.String(), Type.Object({ status: Status })),
})
const Alive = Type.Object({ status: Type.Literal('ok') })

/**
 * `GET /health/live`: the process runs. `GET /health/ready`: the service can work (200, also when degraded), or cannot (503); on
 * the operations port with `checks`, which name the dependency. A stopping app is not ready.
 */
export function registerHealth(app: AppInstance, options: HealthOptions): void {
  const probe = createProbe(options, app.log)
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })

  async function read(reply: FastifyReply): Promise<HealthReport> {
    // The dependencies are being closed: their state says nothing.
    const { status, checks } = closing ? { status: 'unavailable' as const, checks: {} } : await probe()
    const shown = app.draining ? 'unavailable' : status
    if (shown === 'unavailable') reply.code(503).header('retry-after', '1')
    return { status: shown, checks }
  }

  addRoutes(app, Ready, read)
  addRoutes(app.operations, Report, read)
}

/** `shape` selects the members of the report that are shown. */
function addRoutes(
  server: AppInstance,
  shape: typeof Ready | typeof Report,
  read: (reply: FastifyReply) => Promise<HealthReport>,
): void {
  const config = { quiet: true }
  server.get(
    '/health/live',
    { config, schema: { tags: ['operations'], summary: 'The process runs', response: { 200: Alive } } },
    async () => ({ status: 'ok' as const }),
  )
  server.get(
    '/health/ready',
    {
      config,
      schema: { tags: ['operations'], summary: 'The service can work', response: { 200: shape, 503: shape } },
    },
    async (_request, reply) => read(reply),
  )
}
