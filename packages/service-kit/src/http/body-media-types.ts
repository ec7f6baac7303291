import type { RouteOptions } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { edgeProblems } from '../problems/edge-problems.ts'

/**
 * A route may have a body schema for each media type that it accepts. Fastify validates nothing when a body has another type
 * with a parser, so such a body is refused here.
 */
export function refuseUnlistedMediaTypes(app: AppInstance): void {
  app.addHook('onRoute', (route) => {
    const listed = listedMediaTypes(route)
    if (listed === undefined) return
    const earlier = route.preValidation === undefined ? [] : [route.preValidation].flat()
    route.preValidation = [
      (request, _reply, done) => {
        if (request.mediaType !== undefined && listed.includes(request.mediaType)) done()
        else done(new edgeProblems.unsupported_media_type())
      },
      ...earlier,
    ]
  })
}

function listedMediaTypes({ schema }: RouteOptions): string[] | undefined {
  const body = schema?.body
  if (typeof body !== 'object' || body === null || !('content' in body)) return undefined
  const { content } = body
  return typeof content === 'object' && content !== null ? Object.keys(content) : undefined
}
