import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify'
import { destination } from 'pino'

/** One line when a request ends, with the fields of ours. */
class OneLine extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(_error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { method, url, ip } = request
    request.log.info(
      { method, path: url, status: reply.statusCode, durationMs: reply.elapsedTime, remoteAddress: ip },
      'request',
    )
  }
}

/** Fastify with its defaults, except for the log: one line per request, into the same kind of sink as ours. */
export function createPlainServer(): FastifyInstance {
  return fastify({
    logger: { level: 'info', stream: destination({ dest: 1, sync: false }) },
    logController: new OneLine(),
  })
}

/** Listens on PORT until SIGTERM. */
export async function listen(app: FastifyInstance): Promise<void> {
  process.once('SIGTERM', () => process.exit(0))
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
}
