import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { edgeProblems } from '../problems/edge-problems.ts'

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

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

function allowedMethods(app: AppInstance, url: string): HTTPMethods[] {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  return METHODS.filter((method) => app.findRoute({ method, url: path }) !== null)
}
