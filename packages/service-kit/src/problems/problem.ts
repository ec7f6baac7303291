import { createError } from '@fastify/error'

/** One fault of the input. `path` is a JSON pointer into the body (`/email`), or `query/limit`, `params/id`, `headers/x-y`. */
export type InputFault = { path: string; message: string }

/** What a single occurrence of a problem may add to its class. Nothing but `cause` stays private. */
export type ProblemOptions = {
  /** Replaces the class's public sentence for this occurrence. */
  detail?: string
  /** Response headers, lower case: `retry-after`, `www-authenticate`. */
  headers?: Record<string, string>
  /** Faults of the input, for 400 answers. */
  errors?: InputFault[]
  /** Extension members of the problem document (RFC 9457, section 3.2). */
  extensions?: Record<string, unknown>
  /** For the log only. */
  cause?: unknown
}

export type ProblemError<Code extends string = string> = Error & {
  readonly code: Code
  readonly statusCode: number
  readonly title: string
  readonly headers: Record<string, string>
  readonly errors: InputFault[] | undefined
  readonly extensions: Record<string, unknown>
}

export type ProblemClass<Code extends string = string> = {
  new (options?: ProblemOptions): ProblemError<Code>
  readonly code: Code
  readonly status: number
  readonly title: string
  readonly detail: string
}

/**
 * Makes the error class of one stable problem code. Its text is public: the error handler sends it as it stands.
 *
 * @param code stable and snake_case, for programs
 * @param status 400–499 or 503; anything else would not be public
 * @param title the same for every occurrence (RFC 9457, section 3.1.3)
 * @param detail the default sentence for people
 */
export function problem<Code extends string>(
  code: Code,
  status: number,
  title: string,
  detail: string = title,
): ProblemClass<Code> {
  // Refusals are everyday business: they carry no stack, which would cost more than the rest of the answer.
  const Base = createError(code, detail, status, Error, false)
  return class extends Base {
    static readonly code = code
    static readonly status = status
    static readonly title = title
    static readonly detail = detail
    readonly title = title
    readonly headers: Record<string, string>
    readonly errors: InputFault[] | undefined
    readonly extensions: Record<string, unknown>
    override readonly code = code
    override readonly statusCode = status

    constructor(options: ProblemOptions = {}) {
      super(...(options.cause === undefined ? [] : [{ cause: options.cause }]))
      if (options.detail !== undefined) this.message = options.detail
      this.headers = options.headers ?? {}
      this.errors = options.errors
      this.extensions = options.extensions ?? {}
    }
  }
}

type Definition = { status: number; title: string; detail?: string }

/**
 * A registry of problem classes: `defineProblems({ email_taken: { status: 409, title: 'E-mail taken' } })`,
 * then `throw new problems.email_taken()`.
 */
export function defineProblems<const D extends Record<string, Definition>>(
  definitions: D,
): { readonly [Code in keyof D & string]: ProblemClass<Code> } {
  const entries = Object.entries(definitions).map(([code, { status, title, detail }]) => [
    code,
    problem(code, status, title, detail),
  ])
  return Object.freeze(Object.fromEntries(entries))
}
