/** One fault of the input. `path` is a JSON pointer into the body (`/email`), or `query/limit`, `params/id`, `headers/x-y`. */
export type InputFault = { path: string; message: string }

/** `error` of a Bearer challenge (RFC 6750 §3.1). */
export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope'

/** What every occurrence of a code has in common. */
export type ProblemDefinition = {
  /** 400–499 or 503; anything else would not be public. */
  readonly status: number
  /** RFC 9457 §3.1.3. */
  readonly title: string
  /** The default sentence for people; the title unless given. */
  readonly detail?: string
  /** `error` of the challenge, for a refusal of a token. */
  readonly bearerError?: BearerError
}

/** A limit of calls or attempts: `quota` within a window of `windowSeconds`. `name` is public, in visible ASCII. */
export type RateLimit = { readonly name: string; readonly quota: number; readonly windowSeconds: number }

/** A limit of what runs at a time: so many. */
export type ConcurrencyLimit = Omit<RateLimit, 'windowSeconds'>

/** What one occurrence may add to its class: facts. The HTTP edge turns them into headers and members. */
export type ProblemOptions = {
  /** Replaces the class's public sentence for this occurrence. */
  detail?: string
  /** Seconds after which the call may be repeated, whole. */
  retryAfterSeconds?: number
  /** The limit that was reached; `retryAfterSeconds` says until when. */
  rateLimit?: RateLimit | ConcurrencyLimit
  /** The scope that the access token lacks. */
  requiredScope?: string
  /** Response headers in lower case, for what the HTTP edge alone knows: `allow`, `accept-encoding`. */
  headers?: Record<string, string>
  /** Faults of the input, for 400 answers. */
  errors?: InputFault[]
  /** Extension members of the problem document (RFC 9457 §3.2). */
  extensions?: Record<string, unknown>
  /** Logged, never sent. Everything else is public. */
  cause?: unknown
}

/** One occurrence of a problem. What it adds to {@link ProblemDefinition} are facts; its `cause` alone is private. */
export class Problem<Code extends string = string> extends Error {
  readonly code: Code
  readonly statusCode: number
  readonly title: string
  readonly bearerError: BearerError | undefined
  readonly retryAfterSeconds: number | undefined
  readonly rateLimit: RateLimit | ConcurrencyLimit | undefined
  readonly requiredScope: string | undefined
  readonly headers: Record<string, string>
  readonly errors: InputFault[] | undefined
  readonly extensions: Record<string, unknown>

  constructor(code: Code, definition: ProblemDefinition, options: ProblemOptions = {}) {
    const { status, title, detail = title, bearerError } = definition
    const { stackTraceLimit } = Error
    // Refusals are frequent: a stack would cost more than the rest of the answer.
    Error.stackTraceLimit = 0
    super(options.detail ?? detail, options.cause === undefined ? undefined : { cause: options.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.statusCode = status
    this.title = title
    this.bearerError = bearerError
    this.retryAfterSeconds = options.retryAfterSeconds
    this.rateLimit = options.rateLimit
    this.requiredScope = options.requiredScope
    this.headers = options.headers ?? {}
    this.errors = options.errors
    this.extensions = options.extensions ?? {}
  }
}

export type ProblemError<Code extends string = string> = Problem<Code>

export type ProblemClass<Code extends string = string> = {
  new (options?: ProblemOptions): ProblemError<Code>
  readonly code: Code
  readonly status: number
  readonly title: string
  readonly detail: string
}

/** A registry of problem classes by their codes. */
export type Problems<Code extends string> = { readonly [C in Code]: ProblemClass<C> }

/** Makes the error class of one stable, snake_case problem code. Its texts are public: callers see them. */
function problem<Code extends string>(code: Code, definition: ProblemDefinition): ProblemClass<Code> {
  const { status, title, detail = title } = definition
  return class extends Problem<Code> {
    static readonly code = code
    static readonly status = status
    static readonly title = title
    static readonly detail = detail

    constructor(options?: ProblemOptions) {
      super(code, definition, options)
    }
  }
}

/**
 * A registry of problem classes: `defineProblems({ email_taken: { status: 409, title: 'E-mail taken' } })`,
 * then `throw new problems.email_taken()`.
 */
export function defineProblems<const D extends Record<string, ProblemDefinition>>(
  definitions: D,
): Problems<keyof D & string> {
  const entries = Object.entries(definitions).map(([code, definition]) => [code, problem(code, definition)])
  return Object.freeze(Object.fromEntries(entries))
}
