import type { Member, Operation, Place, Schema, ServiceName } from './operation.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

type Content = Readonly<Record<string, { readonly schema?: Schema }>>
type Described = {
  readonly parameters?: readonly { name: string; in: Place; required?: boolean; schema: Schema }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}
export type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

/** The operations of an OpenAPI 3.1 document. */
export function readDocument(service: ServiceName, document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([path, described]) =>
    Object.entries(described)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => readOperation(service, method.toUpperCase(), path, operation)),
  )
}

function readOperation(service: ServiceName, method: string, path: string, described: Described): Operation {
  const content = described.requestBody?.content ?? {}
  return {
    service,
    method,
    path,
    key: `${method} ${path}`,
    members: [
      ...(described.parameters ?? []).map(({ name, in: place, required = false, schema }) => {
        return { name, place, required, schema }
      }),
      ...bodyMembers(Object.values(content)[0]?.schema),
    ],
    mediaTypes: Object.keys(content),
    responses: new Map(
      Object.entries(described.responses).map(([status, { content: body = {} }]) => [
        status,
        new Map(Object.entries(body).flatMap(([type, { schema }]) => (schema ? [[type, schema] as const] : []))),
      ]),
    ),
  }
}

/** The media types of one operation have the same members. */
function bodyMembers(schema: Schema = {}): Member[] {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Schema>; required?: string[] }
  return Object.entries(properties).map(([name, member]) => {
    return { place: 'body', name, required: required.includes(name), schema: member }
  })
}
