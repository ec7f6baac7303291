import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'

const auth = await startAuthService(t, { variables: { PASSWORD_MIN_LENGTH: '12' } })
const PAGES = ['accept', 'verify', 'reset', 'email', 'undo']

for (const page of PAGES) {
  t.test(`/console/${page} is a page that loads nothing from elsewhere and may not be kept or framed`, async (t) => {
    const response = await auth.call('GET', `/console/${page}`)
    t.equal(response.statusCode, 200)
    t.match(response.headers, {
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    const policy = String(response.headers['content-security-policy'])
    for (const directive of ['default-src', 'object-src', 'base-uri', 'form-action', 'frame-ancestors'])
      t.ok(policy.split('; ').includes(`${directive} 'none'`), directive)
    t.ok(policy.split('; ').includes("script-src 'self'"))
    t.notMatch(policy, /unsafe|https?:|\*/)
    t.same(
      [...response.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target),
      ['link-page.css', 'link-page.js'],
    )
    t.notMatch(response.body, /<script(?![^>]* src=)|<style| style=| on\w+=|https?:/)
  })

  t.test(`/console/${page} can be used with a keyboard and a screen reader`, async (t) => {
    const { body } = await auth.call('GET', `/console/${page}`)
    t.match(body, '<html lang="en">')
    t.match(body, /<title>[^<]+ – Latchkey<\/title>/)
    t.match(body, '<p role="status" tabindex="-1"></p>')
    t.match(body, /<form method="post" hidden>/)
    const inputs = [...body.matchAll(/<input id="(\w+)"/g)].map(([, id]) => id)
    const labels = [...body.matchAll(/<label for="(\w+)">/g)].map(([, id]) => id)
    t.same(labels, inputs)
    t.match(body, /<button data-action="\.\.\/auth\/[\w/]+"/)
  })

  t.test(`/console/${page} is the same whatever the request says`, async (t) => {
    const { body } = await auth.call('GET', `/console/${page}`)
    const other = await auth.call('GET', `/console/${page}?token=evil&next=https://evil.example`, {
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'accept-language': 'de' },
    })
    t.equal(other.body, body)
    const head = await auth.call('HEAD', `/console/${page}`)
    t.equal(head.statusCode, 200)
    t.equal(head.body, '')
    t.match((await auth.call('POST', `/console/${page}`, { body: {} })).headers, { allow: 'GET, HEAD, OPTIONS' })
  })
}

t.test('script and style come from beside the pages, under the same policy', async (t) => {
  for (const [file, type] of [
    ['link-page.js', 'text/javascript; charset=utf-8'],
    ['link-page.css', 'text/css; charset=utf-8'],
  ] as const) {
    const response = await auth.call('GET', `/console/${file}`)
    t.equal(response.statusCode, 200)
    t.equal(response.headers['content-type'], type)
    t.match(response.headers['content-security-policy'], /default-src 'none'/)
    t.notMatch(response.body, /https?:\/\/|@import|url\(/)
  }
})

t.test('the pages say how long a password has to be', async (t) => {
  for (const page of ['accept', 'reset']) {
    const { body } = await auth.call('GET', `/console/${page}`)
    t.match(body, 'minlength="12"')
    t.match(body, 'At least 12 characters')
  }
})
