import t from 'tap'
import { type Call, toCurl } from '../src/requests/call.ts'

const call: Call = {
  service: 'employee',
  method: 'POST',
  target: '/employees?a=%27',
  headers: [
    ['host', 'other'],
    ['x-name', "O'Brien"],
  ],
}
const url = 'http://127.0.0.1:1'

t.test('a request is printed as a command for a shell, quotes included', async (t) => {
  t.equal(
    toCurl(call, url),
    `curl -si --path-as-is -X POST 'http://127.0.0.1:1/employees?a=%27' -H 'x-name: O'\\''Brien'`,
  )
})

t.test('a body of JSON is printed as the same JSON in ASCII', async (t) => {
  const value = { lastName: 'Öberg 🚀\u001b', 'a\n': 'tab\t' }
  const printed = toCurl({ ...call, body: Buffer.from(JSON.stringify(value, null, 2)) }, url)
  t.match(printed, /^[\n\x20-\x7e]+$/)
  t.same(JSON.parse(printed.slice(printed.indexOf("'{") + 1, -1)), value)
})

t.test('a body of other bytes is printed as base64', async (t) => {
  for (const body of [
    Buffer.from([0xff, 0x22]),
    Buffer.from('"\ud800"', 'utf16le'),
    Buffer.from('{"a":"é'),
    Buffer.from('\ufeff{}'),
  ]) {
    t.match(toCurl({ ...call, body }, url), `printf %s ${body.toString('base64')} | base64 -d | curl`)
  }
})
