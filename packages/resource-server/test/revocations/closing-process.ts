// Run by closing.test.ts: follows the feed at the given URL, closes after a while, and must then exit by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { buildTestServer } from '../test-server.ts'

const [redisUrl = '', moment = 'ready'] = process.argv.slice(2)
const app = await buildTestServer({ revocations: { redisUrl } })
if (moment === 'ready') await app.revocations.ready
else if (moment !== 'at-once') await sleep(Number(moment))
const { ready } = app.revocations
await app.close()
const outcome = await ready.then(
  () => 'was ready',
  () => 'was never ready',
)
process.stdout.write(`closed, ${outcome}\n`)
