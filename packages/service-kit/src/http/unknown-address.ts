import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { edgeProblems } from '../problems/edge-problems.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Methods of each address without parameters. */
type FixedAddresses = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Answers what no route takes, before its body is read: 405 with Allow where only other methods have a route, 404 otherwise.
 *
 * An address without parameters takes no method but its own, even where the router would read its last word as the parameter of
 * another route: `PUT /things/export` is no `PUT /things/:id`. Routes must be added after this.
 */
export function answerUnknownAddresses(app: AppInstance): void {
  const fixed = collectFixedAddresses(app)

  app.addHook('onRequest', (request, reply, done) => {
    const isForeign = fixed.get(pathOf(request))?.has(request.method) === false && !isFixed(request)
    if (isForeign || request.is404) answer(request, reply)
    else done()
  })
  // Fastify reports a route at `/docs`, and not the same one at `/docs/`.
  function isFixed(request: FastifyRequest): boolean {
    const method = request.method as HTTPMethods
    const route = app.findRoute({ method, url: pathOf(request) })
    return route !== null && Object.keys(route.params).length === 0
  }

  // For what calls `reply.callNotFound()`.
  app.setNotFoundHandler(answer)

  function answer(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = pathOf(request)
    const isRouted = (method: HTTPMethods) => app.findRoute({ method, url: path }) !== null
    const methods = METHODS.filter((method) => fixed.get(path)?.has(method) ?? isRouted(method))
    // The method itself is among them when a route was there and found nothing, as for files.
    const found = methods.some((method) => method === request.method)
    if (found || methods.length === 0) return reply.send(new edgeProblems.not_found())
    const allow = [...methods, 'OPTIONS'].join(', ')
    // RFC 9110, section 9.3.7: what a plain OPTIONS asks for is this very list.
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send()
    return reply.send(new edgeProblems.method_not_allowed({ headers: { allow } }))
  }
}

function collectFixedAddresses(app: AppInstance): FixedAddresses {
  const fixed = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    if (/[:*]/.test(url)) return
    const methods = fixed.get(url) ?? new Set()
    for (const each of [method].flat()) methods.add(each)
    fixed.set(url, methods)
  })
  return fixed
}

const pathOf = ({ url }: FastifyRequest): string => {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}
