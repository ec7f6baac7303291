import type { IncomingMessage } from 'node:http'
import type { AppInstance } from '../app-instance.ts'

/** The path of a URL without the slash that may end it; empty for none. */
export const pathOfUrl = (url: string): string => new URL(url).pathname.replace(/\/+$/, '')

/** How a service handles a path that a proxy puts in front of its own ones. */
export type BasePath = {
  /** The path that browsers see in front of ours, such as `/id`; empty for none. */
  readonly basePath: string
  /** Fastify's option; undefined where nothing is in front. */
  readonly rewriteUrl: ((request: IncomingMessage) => string) | undefined
  /** Must be called before routes are added. */
  register(app: AppInstance): void
}

/**
 * A proxy may remove the path in front, or leave it: the service answers with it and without it. Paths in answers always have it.
 *
 * @param publicUrls where the service is reached: requests below the path of any of them are served; the first is the one of browsers
 */
export function createBasePath(publicUrls: readonly string[]): BasePath {
  const [basePath = ''] = publicUrls.map(pathOfUrl)
  const prefixes = [...new Set(publicUrls.map(pathOfUrl))]
    .filter((path) => path !== '')
    .sort((a, b) => b.length - a.length)
  const firstWords = new Set<string>()

  return {
    basePath,
    rewriteUrl: prefixes.length === 0 ? undefined : ({ url = '/' }) => withoutPrefix(url),
    register(app) {
      app.decorate('basePath', basePath)
      app.addHook('onRoute', ({ url }) => {
        firstWords.add(firstWordOf(url))
      })
      if (basePath !== '') prefixLocations(app, basePath)
    },
  }

  /**
   * Removes the prefix only where the rest leads to a route: with `/auth` in front, `/auth/login` came from a proxy that has removed it, and
   * `/auth/auth/login` from one that has not.
   */
  function withoutPrefix(url: string): string {
    for (const prefix of prefixes) {
      if (!url.startsWith(`${prefix}/`)) continue
      const rest = url.slice(prefix.length)
      if (firstWords.has(firstWordOf(rest))) return rest
    }
    return url
  }
}

const firstWordOf = (url: string): string => /^\/([^/?#]*)/.exec(url)?.[1] ?? ''

/** Routes and plugins write paths as they are mounted. */
function prefixLocations(app: AppInstance, basePath: string): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    const location = reply.getHeader('location')
    if (typeof location === 'string' && /^\/(?!\/)/.test(location)) reply.header('location', basePath + location)
    done(null, payload)
  })
}
