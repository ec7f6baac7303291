import { invalidInput, type Page, pageOf, UUID } from '@latchkey/problems'
import { type Actor, type Caller, callerKey } from '../actor.ts'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { withIdempotencyKey } from '../idempotency/with-idempotency-key.ts'
import type { FollowChange } from '../onboarding/follow-change.ts'
import { assertMayLink } from './account-link.ts'
import { type Employee, type EmployeeChanges, type EmployeeDraft, reviveEmployee, toReplacement } from './employee.ts'
import { cursorOf, positionIn } from './employee-cursor.ts'
import type { EmployeeFilter } from './employee-listing.ts'
import {
  findEmployee,
  findEmployeeOfUser,
  insertEmployee,
  lockEmployee,
  updateEmployee,
} from './employee-repository.ts'
import { type EmployeeSort, positionOf } from './employee-sort.ts'
import { assertUnchanged, hasReadOnly, type ReadOnlyMembers } from './read-only-members.ts'
import { listEmployees } from './search/employee-listing-repository.ts'
import type { SearchPlaces } from './search/search-places.ts'

export type EmployeeQuery = EmployeeFilter & {
  readonly sort: EmployeeSort
  readonly limit: number
  readonly cursor?: string | undefined
}

/** The versions on which a caller will act; undefined: any. */
export type ExpectedVersions = readonly number[] | undefined

/** What a caller takes an employee to be; a write of any other one is refused. */
export type Expectations = { readonly versions: ExpectedVersions; readonly readOnly: ReadOnlyMembers }

/** The rules of employees above their storage. Each refusal is a problem of `errors.ts`. */
export type EmployeeService = {
  /** @throws `employee_not_found` */
  get(id: string): Promise<Employee>
  /** The record of the account that asks. @throws `user_required` for a service client, `no_linked_employee` */
  getOwn(actor: Actor): Promise<Employee>
  /**
   * One page. A search waits for its turn.
   *
   * @throws `invalid_request` for a cursor that is none, or is one of another order, `too_many_requests`, `unavailable`
   */
  list(actor: Actor, query: EmployeeQuery): Promise<Page<Employee>>
  /**
   * Adds one employee. A caller who repeats the call with the same `key` gets the same answer, and there is one employee.
   *
   * @throws `insufficient_scope`, `use_termination`, `idempotency_key_reused`, and as {@link insertEmployee} does
   */
  create(caller: Caller, draft: EmployeeDraft, key?: string): Promise<Employee>
  /** Optional members left out become null, a status or a link left out stays. @throws as {@link EmployeeService.change} does */
  replace(caller: Caller, id: string, draft: EmployeeDraft, expected: Expectations): Promise<Employee>
  /**
   * Applies a JSON merge patch (RFC 7396): null empties, absent stays.
   *
   * @throws `employee_not_found`, `insufficient_scope`, `version_conflict`, `use_termination`, `invalid_request` for a read-only member
   * that differs, and as {@link insertEmployee} does
   */
  change(caller: Caller, id: string, changes: EmployeeChanges, expected: Expectations): Promise<Employee>
}

type Dependencies = {
  readonly db: EmployeeDatabase
  /** For searches alone. */
  readonly searchDb: EmployeeDatabase
  readonly searches: SearchPlaces
  readonly writeAs: WriteAs
  /** Has the invitation of this account checked soon: its owner is here. */
  readonly hastenLink: (userId: string) => Promise<void>
  readonly followChange: FollowChange
  readonly newId: () => string
}

export function createEmployees(dependencies: Dependencies): EmployeeService {
  const { db, searchDb, searches, writeAs, hastenLink, followChange, newId } = dependencies
  const service: EmployeeService = {
    async get(id) {
      const employee = await findEmployee(db, id)
      if (employee === undefined) throw new problems.employee_not_found()
      return employee
    },

    async getOwn({ kind, id }) {
      if (kind !== 'user') throw new problems.user_required()
      // The id comes from a token, and an issuer need not use UUIDs.
      if (!UUID.test(id)) throw new problems.no_linked_employee()
      const employee = await findEmployeeOfUser(db, id)
      if (employee !== undefined) return employee
      await hastenLink(id)
      throw new problems.no_linked_employee()
    },

    async list(actor, { sort, limit, cursor, ...filter }) {
      const after = cursor === undefined ? undefined : positionIn(cursor, sort)
      const listing = { filter, sort, limit: limit + 1, after }
      const isSearch = filter.query !== undefined && filter.query.trim() !== ''
      const employees = isSearch
        ? await searches.run(callerKey(actor), () => listEmployees(searchDb, listing))
        : await listEmployees(db, listing)
      return pageOf(employees, limit, (last) => cursorOf(positionOf(last, sort)))
    },

    async create(caller, draft, key) {
      assertMayLink(caller, null, draft.userId)
      if (draft.status === 'terminated') throw new problems.use_termination()
      return writeAs(caller, async (trx) => {
        const insert = () => insertEmployee(trx, newId(), draft)
        if (key === undefined) return insert()
        return withIdempotencyKey(trx, { actor: caller, key, body: draft }, insert, reviveEmployee)
      })
    },

    replace: (caller, id, draft, expected) => service.change(caller, id, toReplacement(draft), expected),

    async change(caller, id, changes, { versions, readOnly }) {
      if (changes.managerId?.toLowerCase() === id.toLowerCase()) {
        throw invalidInput({ path: '/managerId', message: 'must be another employee' })
      }
      // Writing `terminated` to a terminated employee changes nothing, so it needs no termination.
      const terminated = changes.status === 'terminated'
      const employee = await writeAs(caller, async (trx) => {
        const isFollowed = changes.userId !== undefined || changes.email !== undefined
        const before = isFollowed || hasReadOnly(readOnly) ? await lockEmployee(trx, id) : undefined
        if (before !== undefined) {
          assertMayLink(caller, before.userId, changes.userId)
          if (versions?.includes(before.version) ?? true) assertUnchanged(before, readOnly)
        }
        const after = await updateEmployee(trx, id, changes, { versions, terminated })
        if (before !== undefined && after !== undefined) await followChange(trx, { before, after }, caller.requestId)
        return after
      })
      if (employee !== undefined) return employee
      const { version } = await service.get(id)
      const isExpected = versions?.includes(version) ?? true
      throw terminated && isExpected ? new problems.use_termination() : new problems.version_conflict()
    },
  }
  return service
}
