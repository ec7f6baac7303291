import { createScope } from '@latchkey/harness'
import { startTestServers } from '@latchkey/test-kit'
import { type Options, parseOptions } from './options.ts'
import { describeReport, isClean } from './print.ts'
import { run } from './run.ts'
import { startServices } from './world/services.ts'

// `npm run fuzz`: sends both services requests that are made from their OpenAPI documents, and judges every answer.
//
// Our own generator: schemathesis, the one that is kept well, is a program in Python; what npm has makes values for a document
// and knows neither roles, nor things that exist, nor what an answer must not be.

let options: Options
try {
  options = parseOptions(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
console.log(`seed ${options.seed}`)
const scope = createScope()
let exitCode = 1
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())
try {
  const servers = await startTestServers()
  scope.teardown(() => servers.stop())
  Object.assign(process.env, servers.environment)
  const report = await run(scope, await startServices(scope), {
    ...options,
    signal: interrupted.signal,
  })
  console.log(describeReport(report))
  exitCode = isClean(report) ? 0 : 1
} catch (error) {
  console.error(error)
} finally {
  await scope.close()
}
process.exit(exitCode)
