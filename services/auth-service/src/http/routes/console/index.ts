import { readFileSync } from 'node:fs'
import type { AppInstance } from '@latchkey/service-kit'
import { linkPages } from '../../pages/link-pages.ts'
import { renderLinkPage } from '../../pages/render-link-page.ts'

/** Nothing from elsewhere, nothing inline; the script sends the form, to this host. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HTML = 'text/html; charset=utf-8'

type Options = { readonly product: string; readonly passwordMinLength: number }

/** The pages that mailed links lead to. They are the same for everybody: what a link opens is in its fragment, which no server sees. */
export async function consoleRoutes(app: AppInstance, { product, passwordMinLength }: Options): Promise<void> {
  for (const page of Object.values(linkPages({ passwordMinLength }))) {
    serve(`/${page.path}`, `${page.path}_page`, page.title, HTML, renderLinkPage(page, product))
  }
  serve(
    '/link-page.js',
    'link_page_script',
    'Script of the pages',
    'text/javascript; charset=utf-8',
    read('link-page.js'),
  )
  serve('/link-page.css', 'link_page_style', 'Style of the pages', 'text/css; charset=utf-8', read('link-page.css'))

  function serve(path: string, operation: string, summary: string, type: string, text: string): void {
    const [mediaType = type] = type.split(';')
    app.get(
      path,
      {
        config: { operation },
        schema: {
          tags: ['console'],
          summary,
          response: { 200: { description: summary, content: { [mediaType]: { schema: { type: 'string' } } } } },
        },
      },
      async (_request, reply) =>
        reply.headers({ 'content-type': type, 'content-security-policy': PAGE_POLICY }).send(text),
    )
  }
}

const read = (name: string): string => readFileSync(new URL(`../../pages/${name}`, import.meta.url), 'utf8')
