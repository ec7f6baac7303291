import { columnOf, KINDS } from './callers.ts'
import { EXTENTS } from './rule.ts'

type Cell = { done: number; refused: number; beyond: number; closed: number }
type Outcome = { readonly column: string; readonly opens: readonly string[]; readonly verdict: string }

const COLUMNS = [
  'administrator',
  'hr',
  ...EXTENTS.flatMap((extent) => KINDS.map((kind) => columnOf(kind, extent))),
] as const

/** Counts what was answered, for those who want to read it: `BOUND_TABLE=file npm test -- test/admin/bound.test.ts` writes it. */
export function createTable() {
  const rows: { title: string; opens: readonly string[]; cells: Map<string, Cell> }[] = []
  return {
    row(route: string, title: string) {
      const row = { title: `${route}: ${title}`, opens: [] as readonly string[], cells: new Map<string, Cell>() }
      rows.push(row)
      return {
        add({ column, opens, verdict }: Outcome): void {
          row.opens = opens
          const cell = row.cells.get(column) ?? { done: 0, refused: 0, beyond: 0, closed: 0 }
          row.cells.set(column, cell)
          if (verdict === 'exceeds_own_scopes') cell.beyond++
          else if (verdict === 'insufficient_scope') cell.closed++
          else if (verdict === 'done') cell.done++
          else cell.refused++
        },
      }
    },

    /** `+` done, `=` within the bound and refused for another reason, `-` beyond the caller's scopes, `.` without the call's scope. */
    markdown(): string {
      const head = ['call', 'needs', ...COLUMNS]
      const lines = rows.map(({ title, opens, cells }) => [
        title,
        opens.map((scope) => `\`${scope}\``).join(' or '),
        ...COLUMNS.map((column) => textOf(cells.get(column))),
      ])
      return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
    },
  }
}

function textOf(cell: Cell | undefined): string {
  if (!cell) return ''
  const parts = [
    [cell.done, '+'],
    [cell.refused, '='],
    [cell.beyond, '-'],
    [cell.closed, '.'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, sign]) => `${count}${sign}`)
    .join(' ')
}
