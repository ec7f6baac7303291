import { sleep } from '@latchkey/harness'
import type { Reply } from '../../driver/http.ts'
import { newName, type Replicas } from './replicas.ts'

const PASSWORD = 'violet-harbour-sings-7'
const MOST_TRIES = 10

/** Registers an account, whose mailbox gets a link. A machine that is busy may take several tries. */
export async function registerAccount(replicas: Replicas, prefix: string): Promise<{ id: string; email: string }> {
  let reply: Reply | undefined
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const username = newName(prefix)
    const email = `${username}@example.test`
    reply = await replicas.post('/auth/register', { email, username, password: PASSWORD })
    if (reply.status === 201) return { id: (reply.body.user as { id: string }).id, email }
    await sleep(500)
  }
  throw new Error(`a registration was answered ${reply?.status} ${reply?.body.code}`)
}
