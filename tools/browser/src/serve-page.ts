import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, join } from 'node:path'

const dist = join(import.meta.dirname, '../../../packages/client/dist')
const HTML = '<!doctype html><title>Tab</title><script type="module" src="/page.js"></script>'

/**
 * Serves the page and the client as it is published.
 *
 * @param away where `/away` redirects to
 */
export function servePage(away: string) {
  return (path: string): ((request: IncomingMessage, response: ServerResponse) => void) | undefined => {
    const send = (type: string, read: () => string) => (_: IncomingMessage, response: ServerResponse) =>
      void response.writeHead(200, { 'content-type': type }).end(read())
    if (path === '/') return send('text/html', () => HTML)
    if (path === '/page.js')
      return send('text/javascript', () => readFileSync(join(import.meta.dirname, 'page.js'), 'utf8'))
    if (path.startsWith('/client/')) {
      return send('text/javascript', () => readFileSync(join(dist, basename(path)), 'utf8'))
    }
    if (path === '/away') return (_, response) => void response.writeHead(302, { location: away }).end()
    return undefined
  }
}
