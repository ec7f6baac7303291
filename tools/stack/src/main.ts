import { UserFacingError } from '@latchkey/harness'
import { runStack } from './run-stack.ts'

// `npm start`.

const stop = new AbortController()
// `disconnect`: the program that started us is gone, so nothing else will stop us.
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(event, () => stop.abort())
// The reader is gone, as in `npm start | head`.
process.stdout.on('error', () => stop.abort())

try {
  await runStack(process.env, stop.signal)
  process.exit(0)
} catch (error) {
  console.error(error instanceof UserFacingError ? error.message : error)
  process.exit(1)
}
