import type { WriteAs } from '../database/write-as.ts'
import { invalidInput, problems } from '../errors.ts'
import type { Actor } from '../history/actor.ts'
import { attemptOf, onlyOnce } from '../idempotency/only-once.ts'
import { type Employee, type EmployeeChanges, type EmployeeDraft, wholeOf } from './employee.ts'
import { decodeCursor, encodeCursor } from './employee-cursor.ts'
import type { EmployeeRepository } from './employee-repository.ts'
import { type EmployeeSort, positionOf } from './employee-sort.ts'
import type { EmployeeFilter, EmployeeListing } from './search/employee-listing-repository.ts'

type EmployeeQuery = EmployeeFilter & {
  readonly sort: EmployeeSort
  readonly limit: number
  readonly cursor?: string | undefined
}

/** The versions that a caller will act on; undefined: whichever is there. */
export type ExpectedVersions = readonly number[] | undefined

export type EmployeeService = ReturnType<typeof createEmployeeService>

/** The rules of employees above their storage. Every refusal is a problem of `errors.ts`. */
export function createEmployeeService(
  employees: EmployeeRepository,
  listing: EmployeeListing,
  writeAs: WriteAs,
  newId: () => string,
) {
  async function get(id: string): Promise<Employee> {
    const employee = await employees.find(id)
    if (employee === undefined) throw new problems.employee_not_found()
    return employee
  }

  async function write(
    actor: Actor,
    id: string,
    changes: EmployeeChanges,
    versions: ExpectedVersions,
  ): Promise<Employee> {
    if (changes.managerId?.toLowerCase() === id.toLowerCase()) {
      throw invalidInput({ path: '/managerId', message: 'must be another employee' })
    }
    // To say of a terminated employee that it is terminated changes nothing, and so needs no termination.
    const terminated = changes.status === 'terminated'
    const employee = await writeAs(actor, (stores) => stores.employees.update(id, changes, { versions, terminated }))
    if (employee !== undefined) return employee
    const { version } = await get(id)
    const isExpected = versions?.includes(version) ?? true
    throw terminated && isExpected ? new problems.use_termination() : new problems.version_conflict()
  }

  return {
    get,

    async list({ sort, limit, cursor, ...filter }: EmployeeQuery) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor, sort)
      if (cursor !== undefined && after === undefined) {
        throw invalidInput({
          path: 'query/cursor',
          message: 'must be a nextCursor of an earlier answer with this sort',
        })
      }
      // One more than asked for tells whether there is a next page.
      const found = await listing.list(filter, sort, limit + 1, after)
      const items = found.slice(0, limit)
      const last = found.length > limit ? items.at(-1) : undefined
      return { items, nextCursor: last === undefined ? null : encodeCursor(positionOf(last, sort)) }
    },

    /** With a key, a caller who repeats the call gets the same answer again and makes nobody twice. */
    async create(actor: Actor, draft: EmployeeDraft, key?: string): Promise<Employee> {
      if (draft.status === 'terminated') throw new problems.use_termination()
      return writeAs(actor, async (stores) => {
        const insert = () => stores.employees.insert(newId(), draft)
        return key === undefined ? insert() : onlyOnce(stores.idempotency, attemptOf(actor, key, draft), insert)
      })
    },

    replace: (actor: Actor, id: string, draft: EmployeeDraft, versions: ExpectedVersions) =>
      write(actor, id, wholeOf(draft), versions),

    /** The caller's own record. */
    async getOwn({ kind, id }: Actor): Promise<Employee> {
      if (kind !== 'user') throw new problems.user_required()
      const employee = await employees.findByUser(id)
      if (employee === undefined) throw new problems.no_linked_employee()
      return employee
    },

    /** Applies a JSON merge patch (RFC 7396): null empties, absent stays. */
    change: write,
  }
}
