import { join } from 'node:path'
import { freePort, recordedProcess, sleep, temporaryDirectory } from '@latchkey/harness'
import t from 'tap'
import { runStackProcess } from './running-stack.ts'

/** What is read of any answer here. */
type Answered = {
  readonly id?: string
  readonly user?: { readonly id: string }
  readonly invitation?: { readonly link: string }
  readonly accessToken?: string
  readonly refreshToken?: string
  readonly state?: string
  readonly items?: readonly unknown[]
}

const leaver = { email: 'lea@example.com', fullName: 'Lea Ver', roles: ['staff'] }
const password = 'a heron walks over nine slow rivers'

t.test(
  'an employee who leaves while auth-service is down is refused at once, and disabled when it is back',
  async (t) => {
    const [auth, employee] = [await freePort(), await freePort()]
    const place = {
      DATA_DIR: join(temporaryDirectory(t, 'stack'), 'data'),
      AUTH_PORT: String(auth),
      EMPLOYEE_PORT: String(employee),
    }
    const stack = runStackProcess(t, place)
    await stack.ready()
    const [, adminPassword] = /password {11}(\S{24}) /.exec(stack.output()) ?? []

    /** Calls one of the services under this token. */
    async function ask(port: number, path: string, body?: object, token?: string) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
      })
      return { status: response.status, body: (await response.json()) as Answered }
    }
    const credentials = { email: 'admin@localhost.test', password: adminPassword, delivery: 'body' }
    const { accessToken: admin } = (await ask(auth, '/auth/login', credentials)).body
    const { user, invitation } = (await ask(auth, '/admin/users', leaver, admin)).body
    const [, token] = invitation?.link.split('#token=') ?? []
    const accepted = await ask(auth, '/auth/invitations/accept', { token, password, delivery: 'body' })
    const { accessToken, refreshToken } = accepted.body
    const facts = { firstName: 'Lea', lastName: 'Ver', email: leaver.email, userId: user?.id }
    const { id } = (await ask(employee, '/employees', facts, admin)).body
    t.equal((await ask(employee, `/employees/${id}`, undefined, accessToken)).status, 200)

    const pid = recordedProcess(join(place.DATA_DIR, 'run/auth-service.json'))
    t.ok(pid)
    process.kill(Number(pid), 'SIGKILL')
    const terminated = await ask(employee, `/employees/${id}/termination`, { reason: 'moved on' }, admin)
    t.match(terminated, {
      status: 202,
      body: { employee: { status: 'terminated' }, offboarding: { state: 'pending' } },
    })
    const refused = await ask(employee, `/employees/${id}`, undefined, accessToken)
    t.match(refused, { status: 401, body: { code: 'token_revoked' } })

    let offboarding: Answered = {}
    for (let tries = 0; offboarding.state !== 'done' && tries < 600; tries++) {
      await sleep(100)
      offboarding = (await ask(employee, `/employees/${id}/offboarding`, undefined, admin)).body
    }
    t.match(offboarding, { state: 'done', lastError: null })
    const refreshed = await ask(auth, '/auth/refresh', { refreshToken })
    t.match(refreshed, { status: 401, body: { code: 'session_ended', reason: 'account_disabled' } })
    const trail = await ask(auth, `/admin/audit?userId=${user?.id}&type=user_disabled`, undefined, admin)
    t.equal(trail.body.items?.length, 1)

    stack.child.kill('SIGTERM')
    t.same(await stack.exited, [0, null])
  },
)
