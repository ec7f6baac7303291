import type { JobQueue } from '@latchkey/job-queue'
import type { Actor } from '../actor.ts'
import type { EmployeeDatabase, EmployeeTransaction } from '../database/employee-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { Employee } from '../employees/employee.ts'
import { findEmployee, lockEmployee } from '../employees/employee-repository.ts'
import { problems } from '../errors.ts'
import { isFinal, NO_ONBOARDING, type Onboarding } from './onboarding.ts'
import {
  findOnboarding,
  hastenCheck,
  insertOnboarding,
  type LockedOnboarding,
  lockNewestOnboarding,
  repeatOnboarding,
} from './onboarding-repository.ts'

/** Invites employees. A request is one transaction: the onboarding, and the job that makes the account. */
export type OnboardingService = {
  /**
   * Repeating it is safe: one that is pending stays as it is, an invited employee gets another link, one that has failed is tried again.
   *
   * @throws `employee_not_found`, `terminated`, `already_linked`
   */
  invite(actor: Actor, employeeId: string): Promise<Onboarding>
  /** Has an open invitation checked, so that the next answer is fresh. @throws `employee_not_found` */
  get(employeeId: string): Promise<Onboarding>
  /** Has the open invitation of this account checked soon: its owner is here. */
  hastenLink(userId: string): Promise<void>
}

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly writeAs: WriteAs
  readonly queue: Pick<JobQueue, 'add'>
  /** Has the job of this onboarding worked at soon. */
  readonly hasten: (onboardingId: string) => void
  readonly newId: () => string
}

/** As auth-service takes it. */
const LONGEST_NAME = 200

export function createOnboardingService({ db, writeAs, queue, hasten, newId }: Dependencies): OnboardingService {
  /** @returns the id of the onboarding that is open now */
  async function open(trx: EmployeeTransaction, employee: Employee, { requestId }: Actor): Promise<string> {
    const newest = await lockNewestOnboarding(trx, employee.id)
    const invitee = { email: employee.email, fullName: fullNameOf(employee), requestId }
    if (newest?.state === 'pending') return newest.id
    if (newest !== undefined && isRepeatable(newest)) {
      await repeatOnboarding(trx, newest.id, invitee)
      return newest.id
    }
    const id = newId()
    await insertOnboarding(trx, { ...invitee, id, employeeId: employee.id })
    return id
  }

  return {
    async invite(actor, employeeId) {
      const { id, onboarding } = await writeAs(actor, async (trx) => {
        const employee = await lockEmployee(trx, employeeId)
        if (employee === undefined) throw new problems.employee_not_found()
        if (employee.status === 'terminated') throw new problems.terminated()
        if (employee.userId !== null) throw new problems.already_linked()
        const id = await open(trx, employee, actor)
        await queue.add(trx, id)
        return { id, onboarding: await findOnboarding(trx, employeeId) }
      })
      hasten(id)
      return onboarding ?? NO_ONBOARDING
    },

    async get(employeeId) {
      const onboarding = await findOnboarding(db, employeeId)
      if (onboarding?.state === 'invited') {
        const due = await hastenCheck(db, { employeeId })
        if (due !== undefined) hasten(due)
      }
      if (onboarding !== undefined) return onboarding
      if ((await findEmployee(db, employeeId)) === undefined) throw new problems.employee_not_found()
      return NO_ONBOARDING
    },

    async hastenLink(userId) {
      const due = await hastenCheck(db, { userId })
      if (due !== undefined) hasten(due)
    },
  }
}

/** Another account is needed once the former belongs to what has ended. */
const isRepeatable = ({ state, lastError }: LockedOnboarding): boolean =>
  state === 'invited' || (state === 'failed' && !isFinal(lastError))

const fullNameOf = ({ firstName, lastName }: Employee): string =>
  [...`${firstName} ${lastName}`].slice(0, LONGEST_NAME).join('').trim()
