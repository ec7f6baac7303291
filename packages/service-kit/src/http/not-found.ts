import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { edgeProblems } from '../problems/edge-problems.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Addresses that {@link takeOnly} speaks for, by the server of their app. */
const fixedAddresses = new WeakMap<object, Map<string, readonly HTTPMethods[]>>()

/**
 * Lets an address take these methods alone, where the router would take its last word for a parameter of another route:
 * `/things/export` beside `/things/:id`.
 */
export function takeOnly(app: AppInstance, url: string, methods: readonly HTTPMethods[]): void {
  const addresses = fixedAddresses.get(app.server) ?? new Map<string, readonly HTTPMethods[]>()
  fixedAddresses.set(app.server, addresses.set(url, methods))
  app.route({
    method: [...METHODS, 'OPTIONS' as const].filter((method) => !methods.includes(method)),
    url,
    exposeHeadRoute: false,
    schema: { hide: true },
    onRequest: async (request, reply) => answerNotFound(app, request, reply),
    handler: async () => {},
  })
}

/** Answers what no route takes: 405 with Allow when only other methods have a route there, 404 otherwise. */
export function answerNotFound(app: AppInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const methods = allowedMethods(app, request.url)
  // The method itself is among them when a route was there and found nothing, as for files.
  const found = methods.some((method) => method === request.method)
  if (found || methods.length === 0) return reply.send(new edgeProblems.not_found())
  const allow = [...methods, 'OPTIONS'].join(', ')
  // RFC 9110, section 9.3.7: what a plain OPTIONS asks for is this very list.
  if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send()
  return reply.send(new edgeProblems.method_not_allowed({ headers: { allow } }))
}

function allowedMethods(app: AppInstance, url: string): readonly HTTPMethods[] {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  const fixed = fixedAddresses.get(app.server)?.get(path)
  return fixed ?? METHODS.filter((method) => app.findRoute({ method, url: path }) !== null)
}
