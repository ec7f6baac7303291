// Serves the page of a folder, `node serve-page.ts page 3005`: in a project a bundler and a web server do that.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { basename, extname, join } from 'node:path'
import Fastify from 'fastify'

const [folder = 'page', usualPort = '3005'] = process.argv.slice(2)
const { AUTH_URL = 'http://localhost:3001', EMPLOYEES_URL = 'http://localhost:3002', PORT = usualPort } = process.env

// Where the import maps of the pages lead. The client is what was installed, or here its sources.
const client = new URL(import.meta.resolve('@latchkey/client'))
const axios = new URL('dist/esm/', import.meta.resolve('axios/package.json'))

/** For services that are elsewhere than the page says. */
const addressed = (text: string): string =>
  text.replaceAll('http://localhost:3001', AUTH_URL).replaceAll('http://localhost:3002', EMPLOYEES_URL)

const app = Fastify()

app.get('/', async (_request, reply) => {
  const html = addressed(await readFile(join(import.meta.dirname, folder, 'index.html'), 'utf8'))
  const [, importMap = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(html) ?? []
  const hash = createHash('sha256').update(importMap).digest('base64')
  // What keeps scripts of others out of the page, and its data in. A form that no script took over sends nothing.
  const policy = [
    `default-src 'none'; script-src 'self' 'sha256-${hash}'; connect-src 'self' ${AUTH_URL} ${EMPLOYEES_URL}`,
    `form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
  ].join('; ')
  return reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(html)
})

app.get('/page.js', async (_request, reply) =>
  reply.type('text/javascript').send(addressed(await readFile(join(import.meta.dirname, folder, 'page.js'), 'utf8'))),
)

app.get<{ Params: { file: string } }>('/modules/client/:file', async ({ params }, reply) => {
  const name = basename(params.file, extname(params.file)) + extname(client.pathname)
  const text = await readFile(new URL(name, client), 'utf8')
  return reply.type('text/javascript').send(name.endsWith('.ts') ? stripTypeScriptTypes(text) : text)
})

app.get('/modules/axios.js', async (_request, reply) =>
  reply.type('text/javascript').send(await readFile(new URL('axios.min.js', axios), 'utf8')),
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
await app.listen({ port: Number(PORT) })
console.log(`http://localhost:${PORT}`)
