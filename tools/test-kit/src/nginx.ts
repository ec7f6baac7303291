import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createChildProcesses, lastLines, poll, type TestScope, temporaryDirectory } from '@latchkey/harness'
import { makeCertificate, programOf } from './programs.ts'

/** A `server` block: its port on 127.0.0.1, and its directives beside `listen` and those of TLS. */
export type NginxServer = { readonly port: number; readonly directives: string }

/** The certificate of every server, for `localhost`, as PEM: clients have to trust it. */
export type Nginx = { readonly certificate: string }

/**
 * A real nginx with TLS for one test file. Root on Debian or Ubuntu gets it installed when it is missing, as with Redis. Elsewhere those
 * tests are skipped, and say why.
 */
export async function startNginx(
  t: TestScope,
  servers: readonly NginxServer[],
): Promise<Nginx | { readonly missing: string }> {
  const program = await programOf('nginx', 'nginx-light')
  const openssl = await programOf('openssl', 'openssl')
  if (program === undefined || openssl === undefined) return { missing: 'no nginx or no openssl on PATH' }

  const directory = temporaryDirectory(t, 'nginx')
  await makeCertificate(openssl, directory, 'DNS:localhost,IP:127.0.0.1')
  writeFileSync(join(directory, 'nginx.conf'), configuration(directory, servers))
  const file = join(directory, 'output.log')
  const nginx = createChildProcesses().start({
    name: 'nginx',
    command: program,
    args: ['-c', join(directory, 'nginx.conf'), '-e', 'stderr'],
    cwd: directory,
    env: { PATH: process.env.PATH },
    output: { file },
    stopSignal: 'SIGTERM',
    graceMs: 5000,
  })
  t.teardown(() => nginx.stop())
  const ports = servers.map(({ port }) => port)
  const isUp = async (): Promise<boolean> => nginx.hasExited() || (await Promise.all(ports.map(accepts))).every(Boolean)
  await poll(isUp, { timeoutMs: 20_000, intervalMs: 20 })
  if (nginx.hasExited() || !(await isUp())) throw new Error(`nginx did not start:\n${lastLines(file)}`)
  return { certificate: readFileSync(join(directory, 'certificate.pem'), 'utf8') }
}

function configuration(directory: string, servers: readonly NginxServer[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const blocks = servers.map(
    ({ port, directives }) => `
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${directory}/certificate.pem;
    ssl_certificate_key ${directory}/key.pem;
    ${directives}
  }`,
  )
  return `
daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${directory}/nginx.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  ${blocks.join('\n')}
}
`
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
