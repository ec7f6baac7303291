import { sleep } from '@latchkey/harness'
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core'
import type { Test } from 'tap'
import { PASSWORD, type Person } from './company.ts'

/** A slow machine is no fault of the page. */
const PATIENCE_MS = 120_000

export type Visit = {
  readonly page: Page
  readonly context: BrowserContext
  /** Fills in the form of whatever page it is. */
  signIn(person: Pick<Person, 'email'>, password?: string): Promise<void>
  click(name: string): Promise<void>
  /**
   * Does something until the page shows a text. Where it says to try again, as on a busy machine, that is done.
   *
   * @param again what is done then, unless it is the same
   */
  until(text: string | RegExp, action: () => Promise<unknown>, again?: () => Promise<unknown>): Promise<void>
}

/** A browser without a window. */
export async function startBrowser(t: Test, program: string): Promise<Browser> {
  const isRoot = process.getuid?.() === 0
  const browser = await chromium.launch({ executablePath: program, args: isRoot ? ['--no-sandbox'] : [] })
  t.teardown(() => browser.close())
  return browser
}

/** A person with a browser of their own: no cookies yet. */
export async function visit(browser: Browser, options: { javaScriptEnabled?: boolean } = {}): Promise<Visit> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const click = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()
  return {
    page,
    context,
    click,
    async signIn({ email }, password = PASSWORD) {
      await page.getByLabel('E-mail').fill(email)
      await page.getByLabel('Password').fill(password)
      await click('Sign in')
    },
    async until(text, action, again = action) {
      await action()
      const wanted = page.getByText(text).first()
      const refusal = page.getByText(/try again/i).first()
      for (let tries = 1; tries <= 30; tries++) {
        await wanted.or(refusal).first().waitFor()
        if (await wanted.isVisible()) return
        await sleep(1000)
        await again()
      }
      throw new Error(`the page goes on asking to try again, and does not show ${text}`)
    },
  }
}

/** What a page sent with its calls that were answered with 200. */
export function recordCalls(page: Page, url: string): Request[] {
  const calls: Request[] = []
  page.on('response', (response) => {
    const request = response.request()
    if (response.url().startsWith(url) && response.status() === 200 && request.method() === 'GET') calls.push(request)
  })
  return calls
}
