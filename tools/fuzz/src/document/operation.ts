/** A JSON Schema of the document. */
export type Schema = Readonly<Record<string, unknown>>

export type ServiceName = 'auth' | 'employee'
export type Place = 'path' | 'query' | 'header' | 'body'

/** What a request may carry: one parameter, one header, or one member of the body. */
export type Member = {
  readonly place: Place
  readonly name: string
  readonly required: boolean
  readonly schema: Schema
}

export type Operation = {
  readonly service: ServiceName
  /** In capitals. */
  readonly method: string
  /** With `{name}` for each path parameter. */
  readonly path: string
  /** `GET /admin/users`: unique in its service. */
  readonly key: string
  readonly members: readonly Member[]
  /** What its body may be; empty where it takes none. */
  readonly mediaTypes: readonly string[]
  /** The schema of each answer with a body, by status and media type; `default` is the status of all others. */
  readonly responses: ReadonlyMap<string, ReadonlyMap<string, Schema>>
}

/** Unique among the members of all operations. */
export const memberKey = (
  operation: Pick<Operation, 'service' | 'key'>,
  { place, name }: Pick<Member, 'place' | 'name'>,
): string => `${operation.service}: ${operation.key} ${place} ${name}`
