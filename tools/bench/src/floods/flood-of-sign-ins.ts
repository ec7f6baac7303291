import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { createHttpClient } from '@latchkey/harness'
import { serviceMain } from '@latchkey/stack'
import { startServer } from '../machine/server.ts'
import { tokenEnvironment } from '../tokens.ts'
import type { Stream } from './open-loop.ts'
import type { StartScenario } from './scenario.ts'

const PASSWORD = 'bench: seven unlikely words beside a lake'
/** Whose sessions are refreshed and read; others sign in again on the device that they have. */
const READERS = 60
const SIGNERS = 40

type Person = {
  readonly email: string
  accessToken: string
  refreshToken: string
  deviceToken: string
  isBusy: boolean
}

const anyAddress = (): string => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
const garbage = (): string => `${randomBytes(90).toString('base64url')}.${randomBytes(32).toString('base64url')}`

/**
 * auth-service under 20,000 bad refreshes a minute from one network, wrong passwords for real and invented names from networks without
 * number, registrations and requests for links. Beside them people refresh, read and sign in on devices that their accounts know.
 */
export const floodOfSignIns: StartScenario = async ({ data, cores }) => {
  const server = await startServer({
    processes: data.processes,
    prefix: cores.serverPrefix,
    entry: serviceMain('auth-service'),
    environment: {
      ...tokenEnvironment,
      DATABASE_URL: data.authDatabaseUrl,
      REDIS_URL: data.redisUrl,
      REGISTRATION: 'open',
      TRUST_PROXY: '127.0.0.1',
    },
  })
  const [people, strangers] = [createHttpClient({ keepAlive: true }), createHttpClient({ keepAlive: true })]

  async function post(client: typeof people, path: string, body: object, from: string) {
    return client.request(`${server.url}${path}`, { body, headers: { 'x-forwarded-for': from } })
  }

  async function register(): Promise<Person> {
    const email = `${randomUUID()}@bench.test`
    const account = { email, username: `b-${randomUUID()}`, password: PASSWORD, delivery: 'body' }
    const { status, text, body } = await post(people, '/auth/register', account, anyAddress())
    if (status !== 201) throw new Error(`a registration was answered with ${status}: ${text}`)
    return { ...(body as Pick<Person, 'accessToken' | 'refreshToken' | 'deviceToken'>), email, isBusy: false }
  }

  /** In turn, past those who still wait for an answer. */
  function inTurn(persons: readonly Person[], work: (person: Person) => Promise<number>): Stream['send'] {
    let turn = 0
    return async () => {
      let person = persons[turn++ % persons.length] as Person
      for (let tries = 0; person.isBusy && tries < persons.length; tries++)
        person = persons[turn++ % persons.length] as Person
      person.isBusy = true
      try {
        return await work(person)
      } finally {
        person.isBusy = false
      }
    }
  }

  const readers: Person[] = []
  for (let n = 0; n < READERS; n++) readers.push(await register())
  const signers: Person[] = []
  for (let n = 0; n < SIGNERS; n++) signers.push(await register())

  async function refresh(person: Person): Promise<number> {
    const { status, body } = await post(people, '/auth/refresh', { refreshToken: person.refreshToken }, '192.0.2.1')
    if (status === 200) Object.assign(person, { accessToken: body.accessToken, refreshToken: body.refreshToken })
    return status
  }

  async function signIn(person: Person): Promise<number> {
    const { email, deviceToken } = person
    const { status, body } = await post(
      people,
      '/auth/login',
      { email, password: PASSWORD, deviceToken, delivery: 'body' },
      '192.0.2.1',
    )
    if (typeof body.deviceToken === 'string') person.deviceToken = body.deviceToken
    return status
  }

  let read = 0
  const me = async (): Promise<number> => {
    const token = readers[read++ % READERS]?.accessToken
    return (await people.request(`${server.url}/auth/me`, { token })).status
  }

  const flood = (name: string, perSecond: number, path: string, body: () => object, from: () => string): Stream => ({
    name,
    perSecond,
    send: async () => (await post(strangers, path, body(), from())).status,
  })
  const anyOwner = (): string => [...readers, ...signers][randomInt(READERS + SIGNERS)]?.email ?? ''
  const invented = (): string => `${randomUUID()}@bench.test`

  return {
    title: 'auth-service',
    server,
    honest: [
      { name: 'refresh', perSecond: 84, send: inTurn(readers, refresh) },
      { name: 'GET /auth/me', perSecond: 60, send: me },
      { name: 'sign-in, known device', perSecond: 6, send: inTurn(signers, signIn) },
    ],
    flood: [
      flood(
        'bad refreshes, one network',
        334,
        '/auth/refresh',
        () => ({ refreshToken: garbage() }),
        () => '192.0.2.1',
      ),
      flood(
        'wrong passwords of owners',
        20,
        '/auth/login',
        () => ({ email: anyOwner(), password: garbage().slice(0, 60), delivery: 'body' }),
        anyAddress,
      ),
      flood(
        'passwords of invented names',
        20,
        '/auth/login',
        () => ({ email: invented(), password: garbage().slice(0, 60), delivery: 'body' }),
        anyAddress,
      ),
      flood(
        'registrations',
        5,
        '/auth/register',
        () => ({
          email: invented(),
          username: `b-${randomUUID()}`,
          password: `${randomUUID()} beside ${randomUUID()}`,
        }),
        anyAddress,
      ),
      flood('forgotten passwords', 10, '/auth/password/forgot', () => ({ email: invented() }), anyAddress),
    ],
    async close() {
      people.close()
      strangers.close()
      await server.process.stop()
    },
  }
}
