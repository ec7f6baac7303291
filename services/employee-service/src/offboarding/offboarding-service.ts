import { setTimeout as sleep } from 'node:timers/promises'
import type { Stores, WriteAs } from '../database/write-as.ts'
import type { Employee } from '../employees/employee.ts'
import type { EmployeeService, ExpectedVersions } from '../employees/employee-service.ts'
import { problems } from '../errors.ts'
import type { Actor } from '../history/actor.ts'
import { NO_OFFBOARDING, type Offboarding } from './offboarding.ts'
import type { OffboardingQueue } from './offboarding-queue.ts'
import type { OffboardingRepository } from './offboarding-repository.ts'
import type { OffboardingWatch } from './offboarding-watch.ts'

/** How long an answer waits for its own replica to refuse the account; the others have a second. */
const LOOK_WITHIN_MS = 200

export type Termination = { readonly employee: Employee; readonly offboarding: Offboarding }

type Dependencies = {
  readonly offboardings: Pick<OffboardingRepository, 'find'>
  readonly writeAs: WriteAs
  readonly employees: Pick<EmployeeService, 'get'>
  readonly queue: Pick<OffboardingQueue, 'add'>
  readonly watch: Pick<OffboardingWatch, 'look'>
  readonly newId: () => string
}

export type OffboardingService = ReturnType<typeof createOffboardingService>

/**
 * The end of employees, and of the accounts that are linked to them. Every refusal is a problem of `errors.ts`.
 *
 * An end is one transaction: the employee's row, what becomes of the account, and the job that sees to it.
 */
export function createOffboardingService({ offboardings, writeAs, employees, queue, watch, newId }: Dependencies) {
  /**
   * Every end has an offboarding of its own, except that repeating one adds nothing. A deletion repeats only what is still
   * open: it is the last chance to disable an account that somebody has enabled since.
   */
  async function offboard(
    stores: Stores,
    before: Employee,
    { requestId }: Actor,
    { reason, isDeletion }: { reason: string | null; isDeletion: boolean },
  ): Promise<void> {
    const { id: employeeId, userId } = before
    const isRepeated = before.status === 'terminated'
    if (isRepeated && (await stores.offboardings.covers(employeeId, userId, { openOnly: isDeletion }))) return
    const id = newId()
    await stores.offboardings.insert({ id, employeeId, userId, reason, requestId })
    if (userId !== null) await queue.add(stores.trx, id)
  }

  async function refuseHere(): Promise<void> {
    await Promise.race([watch.look(), sleep(LOOK_WITHIN_MS)])
  }

  return {
    /** Repeating it is safe: the answer is then how things stand. */
    async terminate(actor: Actor, employeeId: string, reason: string | undefined): Promise<Termination> {
      const termination = await writeAs(actor, async (stores) => {
        const before = await stores.employees.lock(employeeId)
        if (before === undefined) throw new problems.employee_not_found()
        await offboard(stores, before, actor, { reason: reason ?? null, isDeletion: false })
        const isOver = before.status === 'terminated'
        const after = isOver ? before : await stores.employees.update(employeeId, { status: 'terminated' }, {})
        const offboarding = await stores.offboardings.find(employeeId)
        return { employee: after ?? before, offboarding: offboarding ?? NO_OFFBOARDING }
      })
      await refuseHere()
      return termination
    },

    /** Those whom the employee managed are left without a manager. */
    async remove(actor: Actor, employeeId: string, versions: ExpectedVersions): Promise<void> {
      await writeAs(actor, async (stores) => {
        const before = await stores.employees.lock(employeeId)
        if (before === undefined) throw new problems.employee_not_found()
        if (versions !== undefined && !versions.includes(before.version)) throw new problems.version_conflict()
        await offboard(stores, before, actor, { reason: null, isDeletion: true })
        await stores.employees.delete(employeeId, {})
      })
      await refuseHere()
    },

    /** Also of an employee who has been deleted. */
    async get(employeeId: string): Promise<Offboarding> {
      const offboarding = await offboardings.find(employeeId)
      if (offboarding !== undefined) return offboarding
      await employees.get(employeeId)
      return NO_OFFBOARDING
    },

    /** Has what failed tried anew; what is being tried already goes on. */
    async retry(actor: Actor, employeeId: string): Promise<Offboarding> {
      const offboarding = await writeAs(actor, async (stores) => {
        for (const id of await stores.offboardings.reopen(employeeId)) await queue.add(stores.trx, id)
        return stores.offboardings.find(employeeId)
      })
      if (offboarding === undefined) await employees.get(employeeId)
      if (offboarding?.state !== 'pending') throw new problems.offboarding_not_failed()
      return offboarding
    },
  }
}
