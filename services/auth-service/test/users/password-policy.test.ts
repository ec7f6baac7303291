import t from 'tap'
import { createPasswordPolicy } from '../../src/users/password-policy.ts'
import { createPasswordStrength } from '../../src/users/password-strength.ts'

const owner = { email: 'grace.hopper@navy.example', username: 'amazing', fullName: 'Grace Hopper' }
const strength = createPasswordStrength()
t.teardown(() => strength.close())
await strength.load()
const policy = createPasswordPolicy({ minLength: 15, contextWords: ['latchkey', 'acme', 'rotterdam'], strength })

for (const password of [
  'Latchkey2026!!!!',
  'latchkeylatchkey',
  'AcmeRotterdam2026',
  'MyPassword2026!!',
  'Willkommen12345',
  'motdepasse123456',
  'contraseña12345',
  'parola1234567890',
  'йцукенгшщзхъфыва',
  'password1234567',
  'qwertyuiopasdfgh',
  'aaaaaaaaaaaaaaaa',
  'GraceHopper2026!',
  'grace.hopper.navy',
  'TrustNo1TrustNo1',
  'L4tchk3y@2026!!!',
  'p4$$w0rdp4$$w0rd',
  'Rotterdam-Acme-1',
  'Acme Rotterdam 2026',
  'latchkey latchkey 2026',
  'latchkey 2026 latchkey 2026',
  'latchkey.latchkey.latchkey',
  'Latchkey-2026-Acme!',
  '1234 5678 9012 3456',
  'mot de passe 2026',
]) {
  t.test(`${password} is guessable`, async (t) => {
    t.equal(await policy.objection(password, owner), 'is too common or too easy to guess')
  })
}

t.test('the name of its owner makes a password guessable, with and without accents', async (t) => {
  const jose = { email: 'jg@example.test', username: 'jg', fullName: 'José García-Ñúñez' }
  t.equal(await policy.objection('JoseGarciaNunez1', jose), 'is too common or too easy to guess')
  t.equal(await policy.objection('JoséGarcíaÑúñez1', jose), 'is too common or too easy to guess')
})

for (const password of [
  'a heron walks over nine slow rivers',
  'correct horse battery staple',
  'kjhgqwpoiuzmxnb',
  'семь медленных рек и одна цапля',
  '山の上にある小さな青い家の窓から',
  'vierzehn müde Otter zählen Sterne',
  'copper-lantern-drifts-9',
  'xK9.mP2-vL5_nQ8,rT4',
]) {
  t.test(`${password} is good`, async (t) => {
    t.equal(await policy.objection(password, owner), undefined)
  })
}

t.test('lengths are counted in characters and in bytes', async (t) => {
  t.equal(await policy.objection('kjhgqwpoiuzmxn', owner), 'must have at least 15 characters')
  t.equal(await policy.objection('ü'.repeat(129), owner), 'must have at most 256 bytes')
})

t.test('a name of its owner is no password', async (t) => {
  t.match(
    await policy.objection('ＧＲＡＣＥ Hopper the 2nd', { ...owner, fullName: 'Grace Hopper the 2nd' }),
    /must not be/,
  )
  t.equal(
    await policy.objection('Grace.Hopper@Navy.Example', owner),
    'must not be the e-mail address or a name of its owner',
  )
})

t.test('strangers who wait delay a person who is signed in by one check at most', async (t) => {
  const answered: string[] = []
  const strangers = Promise.allSettled(
    Array.from({ length: 12 }, async (_, n) => {
      await policy.objection(`a heron walks over ${n} slow rivers`, owner)
      answered.push(`stranger ${n}`)
    }),
  )
  await policy.objection('vierzehn müde Otter zählen Sterne', owner, 'signed_in')
  answered.push('signed in')
  await strangers
  t.same(answered.slice(0, 2), ['stranger 0', 'signed in'])
})

t.test('strangers fill their own places alone', async (t) => {
  const flood = await Promise.allSettled([
    ...Array.from({ length: 60 }, (_, n) => policy.objection(`a heron walks over ${n} slow rivers`, owner)),
    policy.objection('vierzehn müde Otter zählen Sterne', owner, 'link_holder'),
  ])
  t.equal(flood.at(0)?.status, 'fulfilled')
  t.equal(flood.at(-2)?.status, 'rejected')
  t.equal(flood.at(-1)?.status, 'fulfilled')
})

t.test('what costs nothing is answered although the queue is full', async (t) => {
  const flood = Promise.allSettled(
    Array.from({ length: 60 }, (_, n) => policy.objection(`a heron walks over ${n} slow rivers`, owner)),
  )
  await t.rejects(policy.objection('vierzehn müde Otter zählen Sterne', owner), { code: 'unavailable' })
  t.equal(await policy.objection('too short', owner), 'must have at least 15 characters')
  t.equal(await policy.objection('ü'.repeat(129), owner), 'must have at most 256 bytes')
  t.match(await policy.objection('grace.hopper@navy.example', owner), /must not be/)
  await flood
})

t.test('more passwords than can be checked in time are unavailable, and nothing else', async (t) => {
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, (_, n) => policy.objection(`a heron walks over ${n} slow rivers`, owner)),
  )
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  t.ok(failures.length > 0)
  for (const failure of failures) t.match(failure, { code: 'unavailable', statusCode: 503 })
})
