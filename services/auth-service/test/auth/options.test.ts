import t from 'tap'
import { startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'

t.test('a sign-in page learns how people come in', async (t) => {
  const auth = await startAuthService(t)
  t.same((await auth.call('GET', '/auth/options')).json(), {
    registration: 'invite',
    domains: [],
    mail: false,
    password: { minLength: 15, maxBytes: 256 },
    product: 'Latchkey',
  })
})

t.test('it follows the settings', async (t) => {
  const { variables } = await startMailbox(t)
  const auth = await startAuthService(t, {
    variables: {
      ...variables,
      REGISTRATION: 'open',
      REGISTRATION_DOMAINS: 'example.com, Bücher.example',
      PASSWORD_MIN_LENGTH: '20',
    },
  })
  t.match((await auth.call('GET', '/auth/options')).json(), {
    registration: 'open',
    domains: ['example.com', 'xn--bcher-kva.example'],
    mail: true,
    password: { minLength: 20 },
  })
})
