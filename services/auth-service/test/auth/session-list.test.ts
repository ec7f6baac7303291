import t from 'tap'
import { administratorOf, refreshWith, type SignedIn, startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t, { variables: { MAX_DEVICES_PER_USER: '150' } })
const asAdmin = await administratorOf(auth)

type Item = { deviceId: string; createdAt: string; current: boolean }
type Page = { items: Item[]; nextCursor: string | null }
type Read = (query: string) => Promise<{ statusCode: number; json(): Page & { errors: object[]; code: string } }>

const ownList =
  ({ accessToken }: SignedIn): Read =>
  (query) =>
    auth.call('GET', `/auth/sessions${query}`, { token: accessToken })
const listOfUser =
  ({ userId }: SignedIn): Read =>
  (query) =>
    asAdmin('GET', `/admin/users/${userId}/sessions${query}`)

/** Reads page after page; `between` runs after each. */
async function walk(read: Read, limit: number, between = async (_seen: Item[]) => {}): Promise<Item[]> {
  const seen: Item[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Page = (await read(`?limit=${limit}${cursor && `&cursor=${cursor}`}`)).json()
    seen.push(...page.items)
    cursor = page.nextCursor
    await between(seen)
  }
  return seen
}

const ids = (items: { deviceId: string }[]): string[] => items.map(({ deviceId }) => deviceId)

async function withDevices(count: number): Promise<SignedIn[]> {
  const first = await auth.newUser()
  const devices = [first]
  while (devices.length < count) devices.push(await auth.signIn(first.email))
  return devices
}

t.test('both lists of sessions come in pages, the newest sign-in first', async (t) => {
  const devices = await withDevices(5)
  const [user] = devices
  if (!user) throw new Error('five devices')
  for (const read of [ownList(user), listOfUser(user)]) {
    const page = (await read('?limit=2')).json()
    t.equal(page.items.length, 2)
    t.type(page.nextCursor, 'string')
    const seen = await walk(read, 2)
    t.same(ids(seen), ids(devices).reverse())
    const whole = (await read('')).json()
    t.same(whole, { items: seen, nextCursor: null }, 'all of them on the page of 20 that is the default')
    t.equal((await read('?limit=5')).json().nextCursor, null)
  }
})

t.test('pages stay stable while devices sign in, refresh and sign out', async (t) => {
  const devices = await withDevices(7)
  const [user, one, two, three, four, five, six] = devices
  if (!user || !one || !two || !three || !four || !five || !six) throw new Error('seven devices')
  const end = (device: SignedIn) => asAdmin('DELETE', `/admin/users/${user.userId}/sessions/${device.deviceId}`)
  let pages = 0
  const seen = await walk(ownList(user), 2, async () => {
    pages += 1
    await auth.signIn(user.email)
    if (pages > 1) return
    t.equal((await end(six)).statusCode, 204, 'one that was shown')
    t.equal((await end(five)).statusCode, 204, 'the one that the cursor names')
    t.equal((await end(three)).statusCode, 204, 'one that was still to come')
    t.equal((await refreshWith(auth, one.refreshToken)).statusCode, 200, 'seen later now')
  })
  t.same(ids(seen), ids([six, five, four, two, one, user]))
})

t.test('a user with more than a hundred devices sees every one of them', async (t) => {
  const devices = await withDevices(105)
  const [first] = devices
  if (!first) throw new Error('many devices')
  for (const read of [ownList(first), listOfUser(first)]) {
    t.equal((await read('')).json().items.length, 20)
    t.equal((await read('?limit=100')).json().items.length, 100)
    const seen = ids(await walk(read, 40))
    t.same([...seen].sort(), ids(devices).sort())
  }
})

t.test('a limit outside 1 to 100 and a cursor of another list are refused', async (t) => {
  const [user] = await withDevices(2)
  if (!user) throw new Error('two devices')
  await auth.newUser()
  await asAdmin('POST', '/admin/clients', { clientId: 'one', scopes: [] })
  await asAdmin('POST', '/admin/clients', { clientId: 'two', scopes: [] })
  const cursorOf = async (url: string): Promise<string> => (await asAdmin('GET', `${url}?limit=1`)).json().nextCursor
  const own = (await ownList(user)('?limit=1')).json().nextCursor ?? ''
  const cursors = [
    await cursorOf('/admin/users'),
    await cursorOf('/admin/clients'),
    await cursorOf('/admin/audit'),
    Buffer.from('1700000000000.u').toString('base64url'),
    Buffer.from('-1.some-device').toString('base64url'),
    Buffer.from('1.some-device\n').toString('base64url'),
    `${own}A`,
    'x',
  ]
  for (const read of [ownList(user), listOfUser(user)]) {
    for (const limit of ['0', '101', '-1', '1.5', 'ten', '']) {
      const response = await read(`?limit=${limit}`)
      t.same([response.statusCode, response.json().code], [400, 'invalid_request'], `limit=${limit}`)
      t.match(response.json().errors, [{ path: 'query/limit' }])
    }
    for (const cursor of cursors) {
      const response = await read(`?cursor=${cursor}`)
      t.same([response.statusCode, response.json().code], [400, 'invalid_request'], cursor)
      t.match(response.json().errors, [{ path: 'query/cursor' }])
    }
    t.equal((await read('?page=2')).statusCode, 400, 'an unknown parameter')
    t.equal((await read(`?cursor=${own}`)).json().items.length, 1, 'a cursor of the one list is good for the other')
  }
})
