import type { Ask, Question } from '../requests/ask.ts'
import type { Answer } from '../requests/call.ts'
import { GUARDIAN } from './services.ts'

/** The first administrator: nobody disables, deletes or signs out this one, as no request is ever about it. */
export type Guardian = {
  /** @throws when the answer is no success */
  ask(operationKey: string, question?: Question): Promise<Answer>
  /** The same, whatever the answer is. */
  tell(operationKey: string, question?: Question): Promise<Answer>
}

export function createGuardian(ask: Ask): Guardian {
  let token: string | undefined

  async function signIn(): Promise<string> {
    const answer = await ask('POST /auth/login', {
      json: { ...GUARDIAN, delivery: 'body', deviceId: 'guardian-device' },
    })
    if (answer.status !== 200) throw new Error(`the guardian cannot sign in: ${answer.status} ${answer.text}`)
    return (answer.json as { accessToken: string }).accessToken
  }

  async function tell(operationKey: string, question?: Question): Promise<Answer> {
    token ??= await signIn()
    const answer = await ask(operationKey, { ...question, token })
    if (answer.status !== 401) return answer
    token = await signIn()
    return ask(operationKey, { ...question, token })
  }

  return {
    tell,
    async ask(operationKey, question) {
      const answer = await tell(operationKey, question)
      if (answer.status < 300) return answer
      throw new Error(`${operationKey} by the guardian: ${answer.status} ${answer.text}`)
    },
  }
}
