import { freePort } from '@latchkey/harness'
import type { Test } from 'tap'
import { runPasted } from './pasted.ts'
import { fiveMinutes, isAsShown, outputsOf, permissionOfItsOwn, scriptOf } from './readme-tour.ts'
import { runCommandLine, untilItListens } from './running-example.ts'
import type { StackPlace } from './running-stack.ts'

/** A permission of one’s own goes from the scope to 200 and 403, and back, on a running stack, as the README shows. */
export async function tryPermission(t: Test, place: StackPlace, password: string): Promise<void> {
  const payrollPort = String(await freePort())
  const [setUp = ''] = fiveMinutes().blocks
  const {
    blocks: [start = '', helpers = ''],
    sessions,
  } = permissionOfItsOwn()
  const example = runCommandLine(t, start.replaceAll('.data', place.DATA_DIR), {
    TOKEN_ISSUER: `http://localhost:${place.AUTH_PORT}`,
    PORT: payrollPort,
  })
  await untilItListens(`http://localhost:${payrollPort}/payslips`, example)

  const steps = sessions.flat()
  t.ok(steps.length >= 10)
  const script = [setUp, helpers, scriptOf(steps)]
    .join('\n')
    .replace(':3001', `:${place.AUTH_PORT}`)
    .replace(':3002', `:${place.EMPLOYEE_PORT}`)
    .replace(':3003', `:${payrollPort}`)
    .replace('.data', place.DATA_DIR)
  const { output, commandLines } = runPasted(t, script, password)
  const outputs = outputsOf(output)
  for (const [index, { command, output: shown }] of steps.entries()) {
    const printed = outputs[index] ?? ''
    t.ok(isAsShown(shown, printed), command, { shown, printed })
  }
  for (const line of commandLines) t.notOk(/eyJ|heron|#token=/.test(line) || line.includes(password), line)
}
