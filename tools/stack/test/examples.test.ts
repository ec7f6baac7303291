import { browserProgram } from '@latchkey/test-kit'
import t, { type Test } from 'tap'
import { startBrowser } from './examples/browser.ts'
import { commandLine } from './examples/command-line.ts'
import { type Company, startCompany } from './examples/company.ts'
import { es256 } from './examples/es256.ts'
import { serverRendered, singlePage } from './examples/pages.ts'
import { payroll } from './examples/payroll.ts'
import { serviceToService } from './examples/service-to-service.ts'

// What people copy, started as its README says beside two running stacks. All of them wait for the expiry of their tokens together.

t.setTimeout(600_000)

/** Does what an example is for. @returns does it again, when the tokens of the first time have expired */
type Walk = (t: Test, company: Company, scope: Test) => Promise<(t: Test) => Promise<unknown>>

t.test('the examples', async (t) => {
  const [company, asymmetric] = await Promise.all([
    startCompany(t),
    startCompany(t, { ACCESS_TOKEN_ALGORITHM: 'ES256' }),
  ])
  const found = await browserProgram()
  const skip = 'missing' in found ? found.missing : undefined
  const browser = 'program' in found ? await startBrowser(t, found.program) : undefined
  const inBrowser = browser && {
    'a page with fetch and Bearer': singlePage({ example: 'page', delivery: 'hybrid' }, browser),
    'a page with fetch and cookies': singlePage({ example: 'page', delivery: 'cookie' }, browser),
    'a page with axios': singlePage({ example: 'page-axios', delivery: 'hybrid' }, browser),
    'pages that a server renders': serverRendered(browser),
  }
  const walks: Record<string, Walk> = {
    'a service of one’s own answers to its scope, and refuses what was revoked': payroll,
    'a service calls another one with rights of its own': serviceToService,
    'a command line keeps its tokens where nobody else reads them': commandLine,
    ...inBrowser,
    'a service with public keys follows a change of the key': (t) => es256(t, asymmetric),
  }
  if (skip !== undefined) await t.test('pages', { skip }, () => {})

  const again = new Map<string, (t: Test) => Promise<unknown>>()
  for (const [title, walk] of Object.entries(walks)) {
    await t.test(title, async (subtest) => void again.set(title, await walk(subtest, company, t)))
  }
  await company.untilTokensExpire()
  for (const [title, walk] of again) await t.test(`${title}: across an expiry`, walk)
})
