import type { AppInstance } from './app-instance.ts'
import type { Metrics } from './operations/metrics.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Prometheus registry of this app. */
    metrics: Metrics
    /** The path that browsers see in front of this app's own ones, such as `/id`; empty for none. */
    basePath: string
    /** The server of the operations port: metrics, health with its checks, the API's description. */
    operations: AppInstance
    /** True once the app stops: it still answers, but is not ready. */
    draining: boolean
  }

  interface FastifyRequest {
    /** Our own id of the request, which no caller chooses. `id` is what the caller has sent as X-Request-Id, if that was sane. */
    ownId: string
    /** Added to the request's log line: ids, never secrets. */
    logFields: Record<string, unknown> | null
    /** Why the request was not served, for the log line. */
    failure: { code: string; cause: unknown } | null
  }

  interface FastifyReply {
    /**
     * Gives the handler so many milliseconds from now. Work that cannot be undone calls it before it begins.
     * @throws `unavailable` once the request has been answered, by 503 that is: then the work must not begin
     */
    extendDeadline(extendedMs: number): void
  }

  interface FastifyContextConfig {
    /** What the route does, such as `list_sessions`: the key of its log lines and its metrics. Unique in a service. */
    operation?: string
    /** Logs requests of this route at `debug`: probes and scrapes. */
    quiet?: boolean
    /** How long the route may take, in place of the server's `requestTimeoutMs`. Milliseconds. */
    timeoutMs?: number
  }
}
