import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { anyone, askBy, askWithFresh } from './asking.ts'
import type { Company } from './company.ts'

export async function serviceToService(t: Test, company: Company) {
  const { administrator, authUrl, employeesUrl, guest, place } = company
  const client = { clientId: 'newcomers', scopes: ['employees:read'] }
  const { clientSecret = '' } = (await administrator(`${authUrl}/admin/clients`, client)).body
  writeFileSync(join(place.DATA_DIR, 'newcomers-secret'), clientSecret, { mode: 0o600 })
  const newcomers = `${await company.start('service-to-service')}/newcomers`

  t.match(await guest.ask(`${employeesUrl}/employees`), { status: 403, body: { code: 'insufficient_scope' } })
  const seen = { status: 200, body: [{ firstName: 'Ada', department: 'Research' }] }
  t.match(await guest.ask(newcomers), seen)
  t.match(await anyone(newcomers), { status: 401, body: { code: 'unauthenticated' } })

  const form = { grant_type: 'client_credentials', client_id: 'newcomers', client_secret: clientSecret }
  const body = new URLSearchParams(form)
  const askForToken = askBy((url) => fetch(url, { method: 'POST', body }))
  const ownToken = async () => (await askForToken(`${authUrl}/oauth/token`)).body.access_token ?? ''
  const answer = await askWithFresh(ownToken, newcomers)
  t.match(answer, { status: 403, body: { code: 'insufficient_scope' } }, 'its own token is no person’s')

  return async (t: Test) => t.match(await guest.ask(newcomers), seen)
}
