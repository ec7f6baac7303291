import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createChildProcesses, plainNode } from '@latchkey/harness'
import t from 'tap'
import { pgbouncerProgram } from '../src/pgbouncer.ts'
import { startTestServers } from '../src/test-servers.ts'
import { filesOf, ONE_NODE_ONLY, SHORT_FORM } from '../src/topology-suites.ts'
import { topologyTable } from '../src/topology-table.ts'

t.setTimeout(600_000)

const root = join(import.meta.dirname, '../../..')

/** As tap runs a test file, with these servers. */
async function run(
  file: string,
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const { command, args, env } = plainNode([join(root, file)], { TAP_TIMEOUT: '300', ...environment })
  const started = createChildProcesses().start({
    name: file,
    command,
    args,
    env,
    cwd: root,
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: 1000,
  })
  const [output, { code }] = await Promise.all([
    Promise.all(started.outputs.map((stream) => text(stream))),
    started.exited,
  ])
  return { code, output: output.join('\n') }
}

for (const [topology, files] of Object.entries(SHORT_FORM) as [keyof typeof SHORT_FORM, readonly string[]][]) {
  t.test(`sessions live and end as they should on ${topology}`, async (t) => {
    if (topology === 'pgbouncer' && (await pgbouncerProgram()) === undefined) return void t.pass('no pgbouncer on PATH')
    const servers = await startTestServers(topology)
    t.teardown(servers.stop)
    for (const file of files) {
      const { code, output } = await run(file, servers.environment)
      t.equal(code, 0, file, { output })
    }
  })
}

t.test('each topology has its files, and those that need one node are left out where there are many', async (t) => {
  for (const file of Object.keys(ONE_NODE_ONLY)) t.ok(existsSync(join(root, file)), file)
  const [file = ''] = Object.keys(ONE_NODE_ONLY)
  t.ok(filesOf('pgbouncer', root).includes(file))
  t.ok(filesOf('own', root).length > 5)
  for (const topology of ['cluster', 'sentinel'] as const) {
    const files = filesOf(topology, root)
    t.notOk(files.includes(file))
    t.ok(files.length > 30)
  }
})

t.test('a table shows each topology with its counts', async (t) => {
  const table = topologyTable([
    { suite: 'cluster', files: 40, passed: 300, failed: 0, timeMs: 90_000 },
    { suite: 'pgbouncer', files: 5, passed: 1, failed: 12, timeMs: 600_000 },
  ])
  t.equal(
    table,
    [
      'topology   files  passed  failed  minutes',
      'cluster       40     300       0      1.5',
      'pgbouncer      5       1      12     10.0',
    ].join('\n'),
  )
})
