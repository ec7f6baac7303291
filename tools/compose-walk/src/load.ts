import { createHttpClient, type HttpClient, type HttpRequest, sleep } from '@latchkey/harness'
import { accept, invite, type Tokens, tokensIn } from './invitation.ts'
import type { Stack } from './settings.ts'

const PASSWORD = 'a heron walks over nine slow rivers'
const PAUSE_MS = 25
const REFRESHES_PER_SIGN_IN = 25

/** How often each answer came: "POST /auth/refresh 200", or with the code of a broken connection; and what was no 200, in full. */
export type Answers = { readonly counts: ReadonlyMap<string, number>; readonly failures: readonly string[] }

export type Load = {
  /** Ends every client. */
  stop(): Promise<Answers>
}

/** Clients that keep their connections, and sign in, refresh and read through the gateway without a pause worth the name. */
export async function startLoad(stack: Stack, administratorToken: string, clients: number): Promise<Load> {
  const counts = new Map<string, number>()
  const failures: string[] = []
  let isStopping = false
  const people = await Promise.all(
    Array.from({ length: clients }, async (_, n): Promise<Person> => {
      const person = { email: `load-${n}@example.com`, fullName: 'Lo Ad', roles: ['staff'] }
      const invited = await invite(stack, person, administratorToken)
      return { email: person.email, tokens: await accept(stack, invited.token, PASSWORD), deviceToken: undefined }
    }),
  )
  const working = people.map(async (person) => {
    const http = createHttpClient({ keepAlive: true, timeoutMs: 10_000 })
    while (!isStopping) await round(counting(http, counts, failures), stack, person, () => isStopping)
    http.close()
  })
  return {
    async stop() {
      isStopping = true
      await Promise.all(working)
      return { counts, failures }
    },
  }
}

type Person = { readonly email: string; tokens: Tokens; deviceToken: unknown }

type Request = (url: string, request?: HttpRequest) => Promise<Readonly<Record<string, unknown>> | undefined>

/** One sign-in on the same device, and what follows on it. */
async function round(
  request: Request,
  { authUrl, employeeUrl }: Stack,
  person: Person,
  isStopping: () => boolean,
): Promise<void> {
  const { email, deviceToken } = person
  const signedIn = await request(`${authUrl}/auth/login`, {
    body: { email, password: PASSWORD, delivery: 'body', ...(deviceToken !== undefined && { deviceToken }) },
  })
  if (signedIn) {
    person.tokens = tokensIn(signedIn)
    person.deviceToken = signedIn.deviceToken
  }
  for (let n = 0; n < REFRESHES_PER_SIGN_IN && !isStopping(); n++) {
    const { refreshToken } = person.tokens
    const refreshed = await request(`${authUrl}/auth/refresh`, { body: { refreshToken } })
    if (refreshed) person.tokens = tokensIn(refreshed)
    const token = person.tokens.accessToken
    await request(`${employeeUrl}/employees?limit=5`, { token })
    await request(`${authUrl}/auth/me`, { token })
    await sleep(PAUSE_MS)
  }
}

/** Counts every answer by what was asked; resolves with the body of a 200. */
function counting(http: HttpClient, counts: Map<string, number>, failures: string[]): Request {
  return async (url, request = {}) => {
    const asked = `${request.body ? 'POST' : 'GET'} ${new URL(url).pathname}`
    const count = (answer: unknown) => {
      const key = `${asked} ${answer}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    try {
      const { status, body, text } = await http.request(url, request)
      count(status)
      if (status === 200) return body
      failures.push(`${new Date().toISOString()} ${asked} ${status} ${text}`)
    } catch (error) {
      count((error as NodeJS.ErrnoException).code ?? 'broken')
      failures.push(`${new Date().toISOString()} ${asked} ${error}`)
    }
    return undefined
  }
}
