import type { AppInstance } from '@latchkey/service-kit'
import { LINKER, READER, WRITER } from './employee-app.ts'

/** Sends a file to be imported; its rows may link accounts unless `caller` may not. */
export function importCsv(
  app: AppInstance,
  file: string | Buffer,
  query: Record<string, string> = {},
  caller: { authorization: string } = LINKER,
) {
  const headers = { ...caller, 'content-type': 'text/csv' }
  return app.inject({ method: 'POST', url: '/employees/import', headers, query, payload: file })
}

export function exportCsv(app: AppInstance, query: Record<string, string> = {}) {
  return app.inject({ url: '/employees/export', headers: WRITER, query })
}

export type Listed = { id: string; email: string; managerId: string | null; status: string } & Record<string, unknown>

/** All employees, in the order in which they were added. */
export async function allEmployees(app: AppInstance): Promise<Listed[]> {
  const all: Listed[] = []
  let cursor: string | null = null
  do {
    const query: Record<string, string> = { sort: 'createdAt', limit: '100', ...(cursor !== null && { cursor }) }
    const answer = (await app.inject({ url: '/employees', headers: READER, query })).json()
    all.push(...answer.items)
    cursor = answer.nextCursor
  } while (cursor !== null)
  return all
}
