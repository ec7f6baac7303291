import { join } from 'node:path'
import { freePort, temporaryDirectory } from '@latchkey/harness'
import t from 'tap'
import { cannotPaste, runPasted } from './pasted.ts'
import { fiveMinutes, isAsShown, outputsOf, scriptOf } from './readme-tour.ts'
import { runStackProcess } from './running-stack.ts'

t.test(
  'the tour of the README prints what it shows, and puts no secret on a command line',
  {
    skip: cannotPaste ?? false,
  },
  async (t) => {
    const ports = { AUTH_PORT: String(await freePort()), EMPLOYEE_PORT: String(await freePort()) }
    const place = join(temporaryDirectory(t, 'stack'), 'data')
    const stack = runStackProcess(t, {
      DATA_DIR: place,
      ACCESS_TOKEN_EXPIRY: '30s',
      ...ports,
    })
    await stack.ready()
    const password = stack.password()

    const {
      blocks: [setUp = ''],
      // The first one starts the stack.
      sessions: [, ...sessions],
    } = fiveMinutes()
    const steps = sessions.flat()
    t.ok(steps.length > 20)
    const script = [
      setUp.replace(':3001', `:${ports.AUTH_PORT}`).replace(':3002', `:${ports.EMPLOYEE_PORT}`).replace('.data', place),
      // A machine that is busy takes longer than a reader's.
      'sleep() { command sleep $(($1 + 8)); }',
      scriptOf(steps),
    ].join('\n')
    const { output, commandLines } = runPasted(t, script, password)
    const outputs = outputsOf(output)
    for (const [index, { command, output: shown }] of steps.entries()) {
      const printed = outputs[index] ?? ''
      t.ok(isAsShown(shown, printed), command, { shown, printed })
    }
    const [first, second] = outputs.filter((text) => /^[0-9a-f]{32} /.test(text))
    t.equal(first, second, 'the same successor twice')
    for (const line of commandLines) t.notOk(/eyJ|heron|badger|#token=/.test(line) || line.includes(password), line)

    stack.child.kill('SIGTERM')
    t.same(await stack.exited, [0, null])
  },
)
