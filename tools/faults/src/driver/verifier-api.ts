import type { Actor, Operation } from '../history/history-record.ts'
import type { HeldToken, Target } from './api.ts'
import type { Recorder } from './recorder.ts'

/** One replica of employee-service: it only verifies access tokens. */
export type VerifierApi = {
  readonly name: string
  employees(actor: Actor, held: HeldToken): Promise<Operation>
  /** Its own state. */
  ready(): Promise<Operation>
}

export function createVerifierApi(recorder: Recorder, { name, url }: Target): VerifierApi {
  return {
    name,
    async employees(actor, { account, deviceId, sid, accessToken: token }) {
      const of = { user: account.id, device: deviceId, session: sid }
      const intent = { actor, call: 'employees', server: name, ...of } as const
      return (await recorder.call(intent, `${url}/employees?limit=1`, { token })).operation
    },
    async ready() {
      const intent = { actor: 'prober', call: 'ready', server: name, user: '' } as const
      return (await recorder.call(intent, `${url}/health/ready`)).operation
    },
  }
}
