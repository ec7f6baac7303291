import { setTimeout as sleep } from 'node:timers/promises'
import type { JobQueue } from '@latchkey/job-queue'
import type { Actor } from '../actor.ts'
import type { EmployeeDatabase, EmployeeTransaction } from '../database/employee-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { Employee } from '../employees/employee.ts'
import { deleteEmployee, findEmployee, lockEmployee, updateEmployee } from '../employees/employee-repository.ts'
import type { ExpectedVersions } from '../employees/employee-service.ts'
import { problems } from '../errors.ts'
import { endOnboardings } from '../onboarding/closing-repository.ts'
import { NO_OFFBOARDING, type Offboarding } from './offboarding.ts'
import {
  findOffboarding,
  hasOffboarding,
  insertOffboarding,
  reopenOffboardings,
  withdrawOffboardings,
} from './offboarding-repository.ts'
import type { OffboardingWatch } from './offboarding-watch.ts'
import type { RequestOffboarding } from './request-offboarding.ts'

/** How long an answer waits until this replica refuses the account; the others have a second. */
const REFUSE_WITHIN_MS = 200

export type Termination = { readonly employee: Employee; readonly offboarding: Offboarding }

/**
 * Terminates and deletes employees, and offboards the accounts that are linked to them. Each of these is one transaction: the
 * employee's row, the offboarding, and the job that disables the account.
 */
export type OffboardingService = {
  /** Repeating it is safe: the answer is then the present state. @throws `employee_not_found` */
  terminate(actor: Actor, employeeId: string, reason: string | undefined): Promise<Termination>
  /** Those whom the employee managed are left without a manager. @throws `employee_not_found`, `version_conflict` */
  remove(actor: Actor, employeeId: string, versions: ExpectedVersions): Promise<void>
  /** Also of an employee who has been deleted. @throws `employee_not_found` */
  get(employeeId: string): Promise<Offboarding>
  /**
   * Makes a failed offboarding pending again. auth-service has said that the account goes on, so its tokens stay good until it is done.
   *
   * @throws `offboarding_not_failed`, `employee_not_found`
   */
  retry(actor: Actor, employeeId: string): Promise<Offboarding>
  /** Gives a failed offboarding up: the account goes on. @throws `offboarding_not_failed`, `employee_not_found` */
  withdraw(actor: Actor, employeeId: string): Promise<void>
}

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly writeAs: WriteAs
  readonly queue: Pick<JobQueue, 'add'>
  readonly requestOffboarding: RequestOffboarding
  readonly watch: Pick<OffboardingWatch, 'refresh'>
  readonly newId: () => string
}

export function createOffboardingService(dependencies: Dependencies): OffboardingService {
  const { db, writeAs, queue, requestOffboarding, watch, newId } = dependencies

  /**
   * Each termination and deletion has an offboarding of its own, except that a repeated termination adds nothing, and a deletion nothing
   * to one that has failed. A deletion is the last chance to disable an account that was enabled in between: also one that is about to
   * be marked done. An onboarding ends here too, with the account that was made for it.
   */
  async function offboard(
    trx: EmployeeTransaction,
    before: Employee,
    { requestId }: Actor,
    { reason, isDeletion }: { reason: string | null; isDeletion: boolean },
  ): Promise<void> {
    const { id: employeeId, userId } = before
    const request = { employeeId, reason, requestId }
    const invited = await endOnboardings(trx, employeeId)
    await requestOffboarding(trx, request, invited)
    const isRepeated = before.status === 'terminated'
    if (isRepeated && (await hasOffboarding(trx, employeeId, userId, { failedOnly: isDeletion }))) return
    if (userId !== null) await requestOffboarding(trx, request, [{ userId }])
    else if (invited.length === 0) await insertOffboarding(trx, { ...request, id: newId(), userId, onboardingId: null })
  }

  async function refuseHere(): Promise<void> {
    await Promise.race([watch.refresh(), sleep(REFUSE_WITHIN_MS)])
  }

  async function requireEmployee(employeeId: string): Promise<void> {
    if ((await findEmployee(db, employeeId)) === undefined) throw new problems.employee_not_found()
  }

  const service: OffboardingService = {
    async terminate(actor, employeeId, reason) {
      const termination = await writeAs(actor, async (trx) => {
        const before = await lockEmployee(trx, employeeId)
        if (before === undefined) throw new problems.employee_not_found()
        await offboard(trx, before, actor, { reason: reason ?? null, isDeletion: false })
        const isTerminated = before.status === 'terminated'
        const after = isTerminated ? before : await updateEmployee(trx, employeeId, { status: 'terminated' })
        const offboarding = await findOffboarding(trx, employeeId)
        return { employee: after ?? before, offboarding: offboarding ?? NO_OFFBOARDING }
      })
      await refuseHere()
      return termination
    },

    async remove(actor, employeeId, versions) {
      await writeAs(actor, async (trx) => {
        const before = await lockEmployee(trx, employeeId)
        if (before === undefined) throw new problems.employee_not_found()
        if (versions !== undefined && !versions.includes(before.version)) throw new problems.version_conflict()
        await offboard(trx, before, actor, { reason: null, isDeletion: true })
        await deleteEmployee(trx, employeeId)
      })
      await refuseHere()
    },

    async get(employeeId) {
      const offboarding = await findOffboarding(db, employeeId)
      if (offboarding !== undefined) return offboarding
      await requireEmployee(employeeId)
      return NO_OFFBOARDING
    },

    async retry(actor, employeeId) {
      const offboarding = await writeAs(actor, async (trx) => {
        for (const id of await reopenOffboardings(trx, employeeId)) await queue.add(trx, id)
        return findOffboarding(trx, employeeId)
      })
      if (offboarding === undefined) await requireEmployee(employeeId)
      if (offboarding?.state !== 'pending') throw new problems.offboarding_not_failed()
      return offboarding
    },

    async withdraw(actor, employeeId) {
      if (await writeAs(actor, (trx) => withdrawOffboardings(trx, employeeId, actor))) return
      await service.get(employeeId)
      throw new problems.offboarding_not_failed()
    },
  }
  return service
}
