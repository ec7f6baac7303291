import { eventually } from '@latchkey/test-kit'

/** Waits for what has to become true. @throws when it does not within half a minute, which is no matter of speed any more */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await eventually(condition))) throw new Error(`it never became true: ${condition}`)
}
