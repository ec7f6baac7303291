import { poll } from '@latchkey/harness'
import type { Browser } from 'playwright-core'
import type { Test } from 'tap'
import { recordCalls, visit } from './browser.ts'
import type { Company } from './company.ts'

type Kind = { readonly example: 'page' | 'page-axios'; readonly delivery: 'hybrid' | 'cookie' }

const WRONG = 'this is not the password'
const PATIENCE = { timeoutMs: 120_000, intervalMs: 500 }

/** A single page in a browser: its form, its call, and what it says of a 401 and a 403. */
export const singlePage =
  ({ example, delivery }: Kind, browser: Browser) =>
  async (t: Test, company: Company) => {
    const { guest, staff } = company
    const url = await company.start(example)
    const { page, context, signIn, click, until } = await visit(browser)
    const calls = recordCalls(page, `${company.employeesUrl}/employees`)
    const tokenSent = async (): Promise<string> => {
      const { authorization = '', cookie = '' } = (await calls.at(-1)?.allHeaders()) ?? {}
      return delivery === 'hybrid' ? authorization : (/__Host-access=[^;]+/.exec(cookie)?.[0] ?? '')
    }
    const show = () => click('Show')
    const signInAs = (person: typeof guest) => async () =>
      (await page.getByLabel('E-mail').isVisible()) ? signIn(person) : show()

    await page.goto(`${url}/?delivery=${delivery}`)
    await until('No account has this name and password.', () => signIn(guest, WRONG))
    await until(/needs the scope employees:read/, () => signIn(guest), signInAs(guest))
    await until('You are signed out.', () => click('Sign out'))
    await until('Ada Lovelace', () => signIn(staff), signInAs(staff))

    const first = await tokenSent()
    t.match(first, delivery === 'hybrid' ? /^Bearer ey/ : /=ey/)
    if (delivery === 'cookie') t.equal((await calls.at(-1)?.allHeaders())?.authorization, undefined)
    t.same(await page.evaluate('[document.cookie, localStorage.length, sessionStorage.length]'), ['', 0, 0])

    return async (t: Test) => {
      const isAnotherToken = async (): Promise<boolean> => {
        await show()
        return (await tokenSent()) !== first
      }
      t.ok(await poll(isAnotherToken, PATIENCE))
      await page.reload()
      await until('Ada Lovelace', show)
      await context.close()
    }
  }

/** Pages that a server renders, in a browser without JavaScript. */
export const serverRendered = (browser: Browser) => async (t: Test, company: Company) => {
  const { guest, staff } = company
  const url = await company.start('server-rendered')
  const { page, context, signIn, click, until } = await visit(browser, { javaScriptEnabled: false })
  const open = (path = '/') => page.goto(`${url}${path}`)
  const isAnswered = (status: number) => poll(async () => (await open())?.status() === status, PATIENCE)
  const tokenKept = async () => (await context.cookies()).find(({ name }) => name === '__Host-access')
  const signInAs = (person: typeof guest) => async () => {
    await open()
    if (await page.getByLabel('E-mail').isVisible()) await signIn(person)
  }

  t.ok(await isAnswered(200))
  t.equal(new URL(page.url()).pathname, '/sign-in')
  await until('No account has this name and password.', () => signIn(guest, WRONG))
  await until(/needs the scope employees:read/, () => signIn(guest), signInAs(guest))
  t.ok(await isAnswered(403))
  await until('Sign in', () => click('Sign out'))
  await until('Ada Lovelace', () => signIn(staff), signInAs(staff))
  const first = await tokenKept()
  t.match(first, { httpOnly: true, secure: true, sameSite: 'Strict' })

  await until('Ada Lovelace', async () => {
    await page.goto(`data:text/html,<a href="${url}/">A link of another site</a>`)
    await page.getByRole('link').click()
  })
  const foreign = { method: 'POST', headers: { origin: 'https://elsewhere.example' }, body: new URLSearchParams() }
  t.equal((await fetch(`${url}/sign-in`, foreign)).status, 403)

  return async (t: Test) => {
    t.ok(await isAnswered(200))
    await until('Ada Lovelace', open)
    t.not((await tokenKept())?.value, first?.value)
    await until('Sign in', () => click('Sign out'))
    await open()
    t.equal(new URL(page.url()).pathname, '/sign-in')
    await context.close()
  }
}
