import type { Caller } from '../actor.ts'
import { problems } from '../errors.ts'
import type { Employee } from './employee.ts'

/** Who is linked decides whose account ends with the employment, so it takes more than to write employees. */
const LINK_SCOPE = 'employees:link'

/** Whether the caller may set, change and remove links between employees and accounts. */
export const mayLink = ({ scopes }: Caller): boolean => scopes.has(LINK_SCOPE)

/**
 * Leaving a link out, or sending the account that is linked already, changes nothing: every caller may do that.
 *
 * @throws `insufficient_scope`
 */
export function assertMayLink(
  caller: Caller,
  present: Employee['userId'],
  userId: Employee['userId'] | undefined,
): void {
  if (userId === undefined || mayLink(caller)) return
  if (userId?.toLowerCase() !== present?.toLowerCase()) throw linkRefused()
}

/** @param detail in place of the usual sentence */
export const linkRefused = (detail?: string) =>
  new problems.insufficient_scope({ requiredScope: LINK_SCOPE, ...(detail !== undefined && { detail }) })
