import assert from 'node:assert/strict'
import type { Stack } from './settings.ts'
import { step } from './step.ts'

/** What an operator does on the databases themselves. */
export async function operator({ compose, authUrl }: Stack): Promise<void> {
  const admin = (...args: string[]) => compose('run', '--rm', '--no-TTY', 'admin', ...args)
  await step('an administrator who forgot the password gets a link from the command line', async () => {
    const link = await admin('reset-password', 'admin@localhost.test')
    const base = authUrl.replace('127.0.0.1', 'localhost')
    assert.match(link, new RegExp(`${base}/console/reset#token=[\\w-]{43}$`, 'm'))
  })
  await step('the command reads both databases and Redis, and says what it did', async () => {
    await admin('grant-role', 'staff', '--linked')
    await assert.rejects(admin('reset-password', 'stranger@example.com'), /no account with this e-mail address/)
  })
}
