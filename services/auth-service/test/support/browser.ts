import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** A slow machine is no fault of the page. */
const PATIENCE_MS = 120_000

type Scope = { teardown(handler: () => unknown): unknown }

/** A browser without a window. */
export async function startBrowser(t: Scope, program: string): Promise<Browser> {
  const isRoot = process.getuid?.() === 0
  const browser = await chromium.launch({ executablePath: program, args: isRoot ? ['--no-sandbox'] : [] })
  t.teardown(() => browser.close())
  return browser
}

export type Visit = {
  readonly page: Page
  readonly context: BrowserContext
  /** Addresses of all requests so far, and the referrers that they were sent with. */
  readonly sent: string[]
}

/** A person with a browser of their own: no cookies yet. */
export async function visit(t: Scope, browser: Browser, options: { javaScriptEnabled?: boolean } = {}): Promise<Visit> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(PATIENCE_MS)
  t.teardown(() => context.close())
  const page = await context.newPage()
  const sent: string[] = []
  page.on('request', (request) => {
    sent.push(request.url().split('#')[0] ?? '')
    const { referer } = request.headers()
    if (referer) sent.push(`referer: ${referer}`)
  })
  return { page, context, sent }
}

/** A proxy that serves a service below a path, as many are deployed. */
export async function serveBelow(t: Scope, path: string, target: () => string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url?.startsWith(`${path}/`)) return void outgoing.writeHead(404).end()
    const { hostname, port } = new URL(target())
    const { method, headers } = incoming
    const forwarded = httpRequest(
      { hostname, port, path: incoming.url.slice(path.length), method, headers },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(outgoing)
      },
    )
    forwarded.on('error', () => outgoing.destroy())
    incoming.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
}
