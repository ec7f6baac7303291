import type { NewAuditEvent } from './audit-event.ts'
import { changed } from './change.ts'

// Of scopes and roles; see security-events.ts. What a user's roles are is another event.

type Saved<Values> = { readonly before: Values | undefined; readonly after: Values }
type Description = { readonly description: string }
type Given = Description & { readonly scopes: readonly string[] }

export const scopeSaved = (scope: string, { before, after: { description } }: Saved<Description>): NewAuditEvent[] =>
  saved('scope', scope, { before: before && { description: before.description }, after: { description } })

export const scopeDeleted = (scope: string): NewAuditEvent => ({ type: 'scope_deleted', subjectId: scope })

export const roleSaved = (role: string, { before, after }: Saved<Given>): NewAuditEvent[] =>
  saved('role', role, { before: before && given(before), after: given(after) })

export const roleDeleted = (role: string): NewAuditEvent => ({ type: 'role_deleted', subjectId: role })

const given = ({ description, scopes }: Given): Given => ({ description, scopes })

function saved<Values extends Readonly<Record<string, unknown>>>(
  kind: 'scope' | 'role',
  subjectId: string,
  { before, after }: Saved<Values>,
): NewAuditEvent[] {
  if (!before) return [{ type: `${kind}_created`, subjectId, details: { ...after } }]
  return changed({ before, after }).map(({ names, ...values }) => ({
    type: `${kind}_updated`,
    subjectId,
    details: { changed: names, ...values },
  }))
}
