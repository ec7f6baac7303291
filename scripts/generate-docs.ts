// Writes the pages that are made from the code, or with `--check` says which of them are out of date.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ADMIN_DESCRIPTION, ADMIN_ROLE, BUILT_IN_ROLES, BUILT_IN_SCOPES } from '@latchkey/auth-service/built-in-policy'
import { settings as authSettings } from '@latchkey/auth-service/config'
import { problems as authProblems } from '@latchkey/auth-service/errors'
import { migrationSettings as authMigration } from '@latchkey/auth-service/migration'
import { settings as employeeSettings } from '@latchkey/employee-service/config'
import { problems as employeeProblems } from '@latchkey/employee-service/errors'
import { migrationSettings as employeeMigration } from '@latchkey/employee-service/migration'
import { accessProblems } from '@latchkey/resource-server'
import { edgeProblems, INTERNAL_ERROR } from '@latchkey/service-kit'
import type { Setting } from '@latchkey/service-kit/settings'

const root = join(import.meta.dirname, '..')
const NOTICE = '<!-- Made by `node scripts/run.mjs scripts/generate-docs.ts`; do not edit. -->'

const row = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
const table = (head: string[], rows: string[][]): string => [head, head.map(() => '---'), ...rows].map(row).join('\n')

function settingsTable(): string {
  const readers = new Map<string, { setting: Setting<unknown>; by: string[] }>()
  for (const [service, settings] of Object.entries({ auth: authSettings, employee: employeeSettings })) {
    for (const setting of Object.values<Setting<unknown>>(settings)) {
      const known = readers.get(setting.name)
      if (known) {
        assertSameWords(known.setting, setting)
        known.by.push(service)
      } else readers.set(setting.name, { setting, by: [service] })
    }
  }
  const rows = [...readers.values()].map(({ setting, by }) => [
    `\`${setting.name}\`${setting.secret ? ' 🔑' : ''}`,
    setting.description,
    setting.shownDefault ??
      (setting.default === undefined ? (setting.optional ? 'none' : 'required') : `\`${setting.default}\``),
    by.join(', '),
  ])
  for (const { ownerUrl } of [authMigration, employeeMigration]) {
    rows.push([`\`${ownerUrl.name}\` 🔑`, ownerUrl.description, `${ownerUrl.shownDefault}`, '`npm run migrate`'])
  }
  rows.push(['`DATA_DIR`', 'where `npm start` keeps databases and secrets', '`.data`', '`npm start`'])
  return table(['name', 'meaning', 'default', 'read by'], rows)
}

/** A setting that several services read means the same in each: declare it in service-kit's shared settings. */
function assertSameWords(one: Setting<unknown>, other: Setting<unknown>): void {
  const words = ({ description, default: value, shownDefault, secret }: Setting<unknown>) =>
    JSON.stringify([description, value, shownDefault, secret])
  if (words(one) !== words(other))
    throw new Error(`${one.name} is described in two ways: ${words(one)}, ${words(other)}`)
}

type Listed = { code: string; status: number; title: string; detail: string }

function errorsTable(): string {
  const sources: [string, Iterable<Listed>][] = [
    ['any', [...Object.values(edgeProblems), INTERNAL_ERROR]],
    ['any, where an access token is needed', accessProblems],
    ['auth-service', Object.values(authProblems)],
    ['employee-service', Object.values(employeeProblems)],
  ]
  const listed = sources.flatMap(([source, problems]) => [...problems].map((problem) => ({ source, ...pick(problem) })))
  listed.sort((a, b) => a.status - b.status || a.code.localeCompare(b.code))
  return table(
    ['status', 'code', 'says', 'from'],
    listed.map(({ status, code, detail, source }) => [String(status), `\`${code}\``, detail, source]),
  )
}

const pick = ({ code, status, title, detail }: Listed): Listed => ({ code, status, title, detail })

const environmentPage = `${NOTICE}

# Settings

Every setting is an environment variable, checked at boot: one error names all faults by variable, never
by value, and the process exits with 1. An empty variable counts as not set. Durations are \`250ms\`, \`10s\`, \`15m\`, \`1h\`, \`7d\`. A secret (🔑)
may come from a file instead: \`NAME_FILE\` names it, and one line end at the end of the file is no part of the value. Outer spaces,
control characters, further line ends and what is not UTF-8 are faults; JSON may have line ends within.

${settingsTable()}
`

const errorsPage = `${NOTICE}

# Errors

Errors are \`application/problem+json\` (RFC 9457): \`{ type, title, status, detail, code, requestId, errors? }\`. Programs go
by \`code\`, which is stable. \`errors\` lists \`{ path, message }\` for each fault of the input, those
of a CSV file with \`line\` and \`column\` too; \`session_ended\` has a \`reason\`. A 401 is about the
token or the password that was sent. After a 503 nothing was decided: repeat the call after \`Retry-After\` seconds.

${errorsTable()}
`

const scopesTable = (): string =>
  table(
    ['scope', 'opens'],
    Object.entries(BUILT_IN_SCOPES).map(([name, description]) => [`\`${name}\``, description]),
  )

function rolesTable(): string {
  const rows = Object.entries(BUILT_IN_ROLES).map(([name, { description, scopes }]) => [
    `\`${name}\``,
    description,
    `\`${scopes.join(' ')}\``,
  ])
  rows.push([`\`${ADMIN_ROLE}\``, ADMIN_DESCRIPTION, 'all, those of your own as they come'])
  return table(['role', 'who', 'scopes'], rows)
}

/** A page with tables, each between two markers of its name. */
function withTables(file: string, tables: Record<string, () => string>): string {
  let page = read(file)
  for (const [name, make] of Object.entries(tables)) {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [from, to] = [page.indexOf(start), page.indexOf(end)]
    if (from === -1 || to === -1) throw new Error(`${file} lacks ${start} … ${end}`)
    page = `${page.slice(0, from + start.length)}\n\n${make()}\n\n${page.slice(to)}`
  }
  return page
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const pages: Record<string, () => string> = {
  'docs/environment.md': () => environmentPage,
  'docs/errors.md': () => errorsPage,
  'docs/permissions.md': () => withTables('docs/permissions.md', { scopes: scopesTable, roles: rolesTable }),
  'README.md': () => withTables('README.md', { roles: rolesTable, settings: settingsTable }),
}

const isCheck = process.argv.includes('--check')
const stale = Object.entries(pages).filter(([file, make]) => {
  const text = make()
  const isSame = (() => {
    try {
      return read(file) === text
    } catch {
      return false
    }
  })()
  if (!isSame && !isCheck) writeFileSync(join(root, file), text)
  return !isSame
})
if (isCheck && stale.length > 0) {
  console.error(
    `Out of date: ${stale.map(([file]) => file).join(', ')}. Run: node scripts/run.mjs scripts/generate-docs.ts`,
  )
  process.exitCode = 1
}
