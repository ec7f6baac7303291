import { AxeBuilder } from '@axe-core/playwright'
import { browserProgram, eventually } from '@latchkey/test-kit'
import type { Page } from 'playwright-core'
import t from 'tap'
import { administratorOf, PASSWORD } from '../support/auth-service.ts'
import { serveBelow, startBrowser, visit } from '../support/browser.ts'
import { listen } from '../support/listening-service.ts'
import { startMailbox } from '../support/mailbox.ts'
import { loadDictionaries } from '../support/shared-strength.ts'

const found = await browserProgram()
if ('missing' in found) t.plan(0, found.missing)
else await testPages(found.program)

async function testPages(program: string): Promise<void> {
  const browser = await startBrowser(t, program)
  const mailbox = await startMailbox(t)
  let target = ''
  // Links lead through a proxy, with a path in front.
  const publicUrl = await serveBelow(t, '/id', () => target)
  const auth = await listen(t, { variables: { ...mailbox.variables, PUBLIC_URL: publicUrl, REGISTRATION: 'open' } })
  await loadDictionaries()
  target = auth.url
  const asAdmin = await administratorOf(auth)
  async function nextLink(email: string): Promise<string> {
    for (;;) {
      const [link] = /https?:\S+#token=[\w-]{43}/.exec((await mailbox.next(email)).text) ?? []
      if (link !== undefined) return link
    }
  }
  const forget = async (email: string): Promise<string> => {
    await auth.call('POST', '/auth/password/forgot', { body: { email } })
    return nextLink(email)
  }
  async function saysSomethingLike(page: Page, text: RegExp): Promise<void> {
    let said: string | null = null
    await eventually(async () => {
      said = await page.getByRole('status').textContent()
      return text.test(said ?? '')
    }).catch(() => {
      throw new Error(`the page says "${said}", not ${text}`)
    })
  }
  const canSignIn = async (email: string, password: string): Promise<boolean> =>
    (await auth.call('POST', '/auth/login', { body: { email, password } })).statusCode === 200

  t.test('whoever opens the link of a mail chooses a new password there, with the keyboard alone', async (t) => {
    const user = await auth.newUser()
    const link = await forget(user.email)
    t.ok(link.startsWith(`${publicUrl}/console/reset#token=`))
    const { page } = await visit(t, browser)
    await page.goto(link)
    t.equal(page.url(), `${publicUrl}/console/reset`, 'the token is gone from the address bar')
    t.equal(
      (await auth.call('GET', '/auth/me', { token: user.accessToken })).statusCode,
      200,
      'and nothing has happened',
    )

    await page.keyboard.press('Tab')
    await page.keyboard.type('another-violet-harbour-9')
    await page.keyboard.press('Enter')
    const status = page.getByRole('status')
    await saysSomethingLike(page, /^Your password is changed. Sign in with it.$/)
    t.equal(await page.getByRole('textbox').count(), 0, 'the form is gone')
    t.ok(
      await status.evaluate((element) => element === element.ownerDocument.activeElement),
      'the answer has the focus',
    )
    t.ok(await canSignIn(user.email, 'another-violet-harbour-9'))

    await page.goto(link)
    await page.getByLabel('New password').fill('another-violet-harbour-8')
    await page.getByRole('button').click()
    await saysSomethingLike(page, /does not work/)
    t.notOk(await page.getByRole('button').isVisible())
  })

  t.test('a password that is refused can be chosen again, and the page says why', async (t) => {
    const { email } = await auth.newAccount()
    const { page } = await visit(t, browser)
    await page.goto(await forget(email))
    const field = page.getByLabel('New password')
    await field.fill('password1234567')
    await page.getByRole('button').click()
    await eventually(async () => (await field.getAttribute('aria-invalid')) === 'true')
    t.match(await page.getByRole('status').textContent(), /New password: /)
    t.ok(await field.evaluate((element) => element === element.ownerDocument.activeElement))
    await field.fill('another-violet-harbour-9')
    await page.getByRole('button').click()
    await eventually(() => canSignIn(email, 'another-violet-harbour-9'))
  })

  t.test('no request but the one of the button carries the token, and none goes elsewhere', async (t) => {
    const { email } = await auth.newAccount()
    const link = await forget(email)
    const { page, sent } = await visit(t, browser)
    await page.goto(link)
    await page.getByLabel('New password').fill('another-violet-harbour-9')
    await page.getByRole('button').click()
    await saysSomethingLike(page, /is changed/)
    t.ok(sent.length >= 4)
    for (const line of sent) t.ok(line.startsWith(publicUrl), line)
    t.notOk(sent.some((line) => line.includes(link.split('token=')[1] ?? '')))
  })

  t.test('whoever accepts an invitation is signed in in this browser, without a token for the page', async (t) => {
    const email = 'invited@example.test'
    t.equal((await asAdmin('POST', '/admin/users', { email })).statusCode, 201)
    const { page, context } = await visit(t, browser)
    await page.goto(await nextLink(email))
    await page.getByLabel('New password').fill(PASSWORD)
    await page.getByLabel('Your name').fill('Ada Lovelace')
    await page.getByRole('button', { name: 'Accept' }).click()
    await saysSomethingLike(page, /you are signed in/)
    const me = await page.evaluate(async () => (await fetch('../auth/me')).json())
    t.match(me, { user: { email, fullName: 'Ada Lovelace', status: 'active', emailVerified: true } })
    const cookies = await context.cookies()
    t.ok(cookies.some(({ name, httpOnly }) => name === '__Host-access' && httpOnly))
    t.equal(await page.evaluate('document.cookie'), '')
  })

  t.test(
    'an address is confirmed with the password of the account, or by whoever is signed in to it there',
    async (t) => {
      const account = (name: string) => ({ email: `${name}@example.test`, username: name, password: PASSWORD })
      for (const name of ['stranger', 'here']) await auth.call('POST', '/auth/register', { body: account(name) })

      const { page } = await visit(t, browser)
      await page.goto(await nextLink('stranger@example.test'))
      const confirm = page.getByRole('button', { name: 'Confirm' })
      await confirm.click()
      await saysSomethingLike(page, /The link stays valid/)
      const password = page.getByLabel('Password of your account')
      t.equal(await password.getAttribute('aria-invalid'), 'true')
      await password.fill('not-the-password-at-all')
      await confirm.click()
      await saysSomethingLike(page, /The link stays valid/)
      await password.fill(PASSWORD)
      await confirm.click()
      await saysSomethingLike(page, /is confirmed/)

      await page.goto(await nextLink('here@example.test'))
      const credentials = { email: 'here@example.test', password: PASSWORD, delivery: 'cookie' }
      await page.evaluate(async (body) => {
        const headers = { 'content-type': 'application/json' }
        await fetch('../auth/login', { method: 'POST', headers, body: JSON.stringify(body) })
      }, credentials)
      await confirm.click()
      await saysSomethingLike(page, /is confirmed/)
    },
  )

  t.test('whoever did not register declines without a password, and the account is gone', async (t) => {
    const email = 'not-mine@example.test'
    await auth.call('POST', '/auth/register', { body: { email, username: 'not-mine', password: PASSWORD } })
    const { page } = await visit(t, browser)
    await page.goto(await nextLink(email))
    await page.getByRole('button', { name: 'I did not register' }).click()
    await saysSomethingLike(page, /The account is deleted/)
    t.notOk(await canSignIn(email, PASSWORD))
  })

  t.test('a change of address is confirmed and undone by the links that it sends', async (t) => {
    const { email, accessToken: token } = await auth.newUser({ isVerified: true })
    const body = { email: `new-${email}`, currentPassword: PASSWORD }
    t.equal((await auth.call('POST', '/auth/email', { token, body })).statusCode, 202)
    const { page } = await visit(t, browser)
    await page.goto(await nextLink(`new-${email}`))
    await page.getByLabel('Password of your account').fill(PASSWORD)
    await page.getByRole('button').click()
    await saysSomethingLike(page, /is changed/)
    // The page of another link, in the same tab.
    await page.goto(await nextLink(email))
    await page.getByRole('button', { name: 'Undo the change' }).click()
    await saysSomethingLike(page, /^Undone/)
    t.match(await nextLink(email), /\/reset#token=/)
  })

  t.test('who has half a link, or no JavaScript, reads what to do', async (t) => {
    const { page } = await visit(t, browser)
    await page.goto(`${publicUrl}/console/reset`)
    t.match(await page.getByRole('status').textContent(), /not complete/)
    const plain = await visit(t, browser, { javaScriptEnabled: false })
    await plain.page.goto(`${publicUrl}/console/reset#token=x`)
    t.ok(await plain.page.locator('noscript > p').isVisible())
    t.notOk(await plain.page.getByRole('button').isVisible())
  })

  for (const name of ['accept', 'verify', 'reset', 'email', 'undo']) {
    t.test(`the page ${name} breaks no rule of accessibility that a program can check`, async (t) => {
      const { page } = await visit(t, browser)
      await page.goto(`${publicUrl}/console/${name}#token=x`)
      t.ok(await page.getByRole('button').first().isVisible())
      const { violations } = await new AxeBuilder({ page }).analyze()
      t.same(
        violations.map(({ id, help }) => `${id}: ${help}`),
        [],
      )
    })
  }
}
