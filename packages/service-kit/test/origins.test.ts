import t from 'tap'
import { cookieOrigins } from '../src/index.ts'
import { parsePublicUrl, setting } from '../src/settings/index.ts'

const { parse } = setting.origins({ name: 'ORIGINS', description: 'for this test' })
const read = (text: string) => parse(text, { name: 'ORIGINS', file: undefined })

const sentByBrowsers = [
  'https://app.example.com',
  'https://app.example.com:8443',
  'http://app.example.com',
  'http://app.example.com:443',
  'https://app.example.com:80',
  'http://localhost',
  'http://localhost:3000',
  'https://localhost',
  'http://127.0.0.1:5173',
  'http://[::1]:5173',
  'https://[2001:db8::1]',
  'https://xn--bcher-kva.example',
  'https://app.example.com.',
  'https://under_score.example.com',
  'capacitor://localhost',
  'ionic://localhost',
  'tauri://localhost',
  'app://obsidian.md',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'moz-extension://0b1f2e3d-1111-4222-8333-444455556666',
  'safari-web-extension://0b1f2e3d-1111-4222-8333-444455556666',
  'safari-web-extension://0B1F2E3D-1111-4222-8333-444455556666',
  'app://.',
  'custom+scheme.1://host:8080',
]

t.test('what browsers send can be listed', async (t) => {
  for (const origin of sentByBrowsers) t.same(read(origin), [origin])
  t.same(read(sentByBrowsers.join(' , ')), sentByBrowsers)
})

const neverSent: [text: string, fault: RegExp][] = [
  ['*', /no wildcards/],
  ['https://*.example.com', /no wildcards/],
  ['null', /null/],
  ['NULL', /null/],
  ['file://', /send null/],
  ['file:///app/index.html', /send null/],
  ['FILE://host', /send null/],
  ['data:text/html,x', /send null/],
  ['blob:https://app.example.com/1', /send null/],
  ['about:blank', /send null/],
  ['app.example.com', /with their scheme/],
  ['//app.example.com', /with their scheme/],
  ['https:app.example.com', /with their scheme/],
  ['https:/app.example.com', /with their scheme/],
  ['localhost:3000', /with their scheme/],
  ['1scheme://host', /with their scheme/],
  ['wss://app.example.com', /origins of pages/],
  ['ftp://app.example.com', /origins of pages/],
  ['https://u:p@app.example.com', /without a user/],
  ['capacitor://u@localhost', /without a user/],
  ['https://app.example.com/', /without a path or a slash/],
  ['https://app.example.com/path', /without a path or a slash/],
  ['https://app.example.com?x', /without a path or a slash/],
  ['https://app.example.com#x', /without a path or a slash/],
  ['https://app.example.com\\x', /without a path or a slash/],
  ['capacitor://localhost/', /without a path or a slash/],
  ['https://bücher.example', /xn--bcher-kva/],
  ['https://app example.com', /as browsers send them/],
  ['https://App.example.com', /lower case/],
  ['HTTPS://app.example.com', /lower case/],
  ['Capacitor://localhost', /lower case/],
  ['chrome-extension://ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP', /lower case/],
  ['https://app.example.com:443', /without the default port/],
  ['http://localhost:80', /without the default port/],
  ['https://app.example.com:', /as browsers send them/],
  ['https://app.example.com:08443', /as browsers send them/],
  ['https://app.example.com:99999', /as browsers send them/],
  ['capacitor://localhost:99999', /as browsers send them/],
  ['https://', /as browsers send them/],
  ['https://.', /as browsers send them/],
  ['app://..', /as browsers send them/],
  ['Safari-web-extension://0B1F2E3D', /lower case/],
  ['capacitor://', /as browsers send them/],
  ['capacitor://:80', /as browsers send them/],
  ['https://%61pp.example.com', /as browsers send them/],
  ['https://127.1', /as browsers send them/],
  ['https://2130706433', /as browsers send them/],
  ['https://[2001:0db8::1]', /as browsers send them/],
  ['https://app..example.com/', /without a path/],
  ['https://app.example.com;b.example', /as browsers send them/],
]

for (const [text, fault] of neverSent) {
  t.test(`${text} is refused, with what to write in its place`, async (t) => {
    t.throws(() => read(text), { name: 'BadSetting', message: fault })
    t.throws(() => read(`https://fine.example,${text}`), { message: /\(item 2\)$/ })
  })
}

t.test('pages use cookies over https, on localhost, and where the service itself is', async (t) => {
  const listed = ['https://a.example', 'http://b.example', 'capacitor://localhost', 'http://localhost:3000']
  t.same(cookieOrigins(listed), ['https://a.example', 'http://localhost:3000'])
  const own = cookieOrigins(listed, 'https://id.example:8443/id')
  t.same(own, ['https://a.example', 'http://localhost:3000', 'https://id.example:8443'])
  t.same(cookieOrigins([], 'http://auth-service:3001'), [], 'an issuer inside need not be https')
})

t.test('a public URL may have a plain path, and loses a slash at its end', async (t) => {
  for (const url of [
    'https://h.example',
    'https://h.example:8443/id',
    'http://localhost:3001/a/b.c',
    'http://127.0.0.1/~x',
  ]) {
    t.equal(parsePublicUrl(url), url)
    t.equal(parsePublicUrl(`${url}/`), url)
  }
  for (const url of [
    'h.example',
    'http://h.example',
    'http://localhost.evil.example',
    'https://u:p@h.example',
    'https://h.example/?x',
    'https://h.example/#x',
    'https://h.example/a//b',
    'https://h.example//',
    'https://h.example/a/../b',
    'https://h.example/.',
    'https://h.example/a;b',
    'https:h.example',
    'https:/h.example',
    'https:///h.example',
    'https:\\\\h.example',
    'https://h.example\\id',
    'http:localhost:3001',
    'https://h.example/%61',
  ]) {
    t.throws(() => parsePublicUrl(url), { name: 'BadSetting' }, url)
  }
})
