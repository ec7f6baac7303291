import { join } from 'node:path'
import { poll } from '@latchkey/harness'
import type { Test } from 'tap'
import { keys, kidsIn } from '../running-keys.ts'
import { anyone, askWithFresh } from './asking.ts'
import type { Company } from './company.ts'

const headerOf = (token: string): { alg: string; kid: string } =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())

export async function es256(t: Test, company: Company) {
  const { guest, place, signIn, staff, tokenOf } = company
  const url = await company.start('es256')
  const phoneBook = `${url}/phone-book`
  t.match(await anyone(`${url}/health/ready`), { status: 200, body: { status: 'ok' } })
  t.match(await anyone(phoneBook), { status: 401, body: { code: 'unauthenticated' } })
  t.match(await guest.ask(phoneBook), { status: 403, body: { code: 'insufficient_scope' } })
  t.match(await staff.ask(phoneBook), { status: 200, body: { entries: [{ extension: 100 }] } })
  t.equal(headerOf(await tokenOf(staff.client)).alg, 'ES256')

  // Added, then signing.
  for (let step = 0; step < 2; step++) t.match(await keys(['rotate', '--now'], place), { status: 0 })
  const [kid] = kidsIn(join(place.DATA_DIR, 'secrets/access-token-private-keys-es256'))
  const freshToken = async () => tokenOf(await signIn(guest.email))
  const isSigning = async () => headerOf(await freshToken()).kid === kid
  t.ok(await poll(isSigning, { timeoutMs: 120_000, intervalMs: 500 }), 'the new key signs')
  const answer = await askWithFresh(freshToken, phoneBook)
  t.match(answer, { status: 403, body: { code: 'insufficient_scope' } }, 'and what it signed is accepted')

  return async (t: Test) => t.match(await staff.ask(phoneBook), { status: 200 })
}
