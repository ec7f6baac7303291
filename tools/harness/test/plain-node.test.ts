import { spawnSync } from 'node:child_process'
import { plainNode } from '@latchkey/harness'
import t from 'tap'

t.test('a program that a test starts is out of tap’s sight, and resolves packages to their sources', async (t) => {
  const script = 'process.stdout.write(JSON.stringify({ options: process.env.NODE_OPTIONS, own: process.env.OWN }))'
  const { command, args, env } = plainNode(['-e', script], { OWN: 'mine' })
  const { stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' })
  t.equal(stderr, '')
  const { options, own } = JSON.parse(stdout) as { options: string; own: string }
  t.match(process.env.NODE_OPTIONS, '@tapjs')
  t.notMatch(options, '@tapjs')
  t.match(options, '--conditions=latchkey-source')
  t.equal(own, 'mine')
})
