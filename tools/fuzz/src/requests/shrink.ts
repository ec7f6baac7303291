import type { Answer, Call, Failure } from './call.ts'

const MOST_SENDS = 25

/** Takes away what a finding does not need, one header, parameter or member at a time, for as long as it stays. */
export async function shrink(
  call: Call,
  send: (call: Call) => Promise<Answer | Failure>,
  isSame: (call: Call, answer: Answer) => boolean,
): Promise<Call> {
  if (call.raw) return call
  let smallest = call
  let sends = 0
  for (let shrunk = true; shrunk && sends < MOST_SENDS; ) {
    shrunk = false
    for (const smaller of smallerThan(smallest)) {
      if (++sends > MOST_SENDS) break
      const answer = await send(smaller)
      if (!('status' in answer) || !isSame(smaller, answer)) continue
      smallest = smaller
      shrunk = true
      break
    }
  }
  return smallest
}

function* smallerThan(call: Call): Iterable<Call> {
  for (const index of call.headers.keys())
    yield { ...call, headers: call.headers.filter((_, other) => other !== index) }
  const [path, query] = call.target.split('?')
  const parameters = query?.split('&') ?? []
  for (const index of parameters.keys()) {
    const rest = parameters.filter((_, other) => other !== index).join('&')
    yield { ...call, target: rest === '' ? `${path}` : `${path}?${rest}` }
  }
  const body = membersOf(call.body)
  for (const name of Object.keys(body)) {
    const { [name]: _, ...rest } = body
    yield { ...call, body: Buffer.from(JSON.stringify(rest)) }
  }
}

function membersOf(body: Buffer | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body?.toString() ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {}
  } catch {
    return {}
  }
}
