import { captureLogs } from '@latchkey/test-kit'
import t from 'tap'
import { confusedKeys, wrongAlgorithms } from './hostile/algorithms.ts'
import { expired, oddClaims } from './hostile/claims.ts'
import { secret, tokenWith } from './hostile/forge-token.ts'
import { oddTexts } from './hostile/forms.ts'
import { bearer, buildTestServer } from './test-server.ts'

t.test('no log line and no answer holds a token, a claim of a bad one, or the secret, at any level', async (t) => {
  const logs = captureLogs()
  const app = await buildTestServer({}, { logger: { level: 'trace', stream: logs.stream } })
  t.teardown(() => app.close())
  let answers = ''
  const canary = tokenWith({ sub: 'canary-subject', scope: 'profile' })
  const tokens = [canary, ...[wrongAlgorithms, confusedKeys, oddTexts, oddClaims, expired].flatMap(Object.values)]
  for (const token of tokens) {
    for (const headers of [bearer(token), { cookie: `__Host-access=${token}` }]) {
      answers += (await app.inject({ url: `/employees?access_token=${token}`, headers })).body
      answers += (await app.inject({ url: '/employees', headers })).body
    }
  }
  const parts = tokens.flatMap((token) => token.split('.').slice(1)).filter((part) => part.length > 20)
  const shown = logs.text() + answers
  t.same(
    parts.filter((part) => shown.includes(part)),
    [],
  )
  t.notMatch(shown, secret)
  t.notMatch(shown, 'canary-subject')
  t.ok(logs.lines().length >= tokens.length, 'and there were log lines')
})

t.test('the log says which check failed, the answer does not', async (t) => {
  const logs = captureLogs()
  const app = await buildTestServer({}, { logger: { level: 'info', stream: logs.stream } })
  t.teardown(() => app.close())
  const reply = await app.inject({ url: '/employees', headers: bearer(tokenWith({ aud: 'other' })) })
  t.notMatch(reply.body, 'aud')
  t.match(logs.text(), 'the claim aud was refused')
})
