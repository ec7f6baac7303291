import { randomUUID } from 'node:crypto'
import type { Random } from '@latchkey/harness'
import { HOSTILE_TEXTS } from '../values/hostile.ts'
import { newDate, newEmail, word } from '../values/valid-text.ts'

const COLUMNS = [
  'id',
  'firstName',
  'lastName',
  'email',
  'department',
  'jobTitle',
  'managerId',
  'hiredOn',
  'status',
  'userId',
]

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** A file of employees; one that is not meant to be valid has something wrong somewhere. */
export function csvOf(random: Random, { isValid }: { readonly isValid: boolean }): string {
  const columns = isValid
    ? ['firstName', 'lastName', 'email', 'department', 'hiredOn']
    : someOf(random, [...COLUMNS, 'salary', '', 'email'])
  const rows = Array.from({ length: random.integer(isValid ? 1 : 0, 4) }, () =>
    columns.map((column) => cellOf(random, column, isValid)),
  )
  const separator = isValid ? ',' : random.pick([',', ',', ';', '\t', '|'])
  const end = random.pick(['\n', '\r\n'])
  const text = [columns, ...rows].map((cells) => cells.map(quoted).join(separator)).join(end)
  if (isValid || random.chance(0.7)) return random.chance(0.2) ? `\ufeff${text}${end}` : text
  return random.pick([
    `${text}"`,
    `"${text}`,
    '',
    `${text}\u0000`,
    `${text}${end}${end}${end}`,
    text.replace(',', '",'),
    `${text},${text}`,
  ])
}

function cellOf(random: Random, column: string, isValid: boolean): string {
  if (!isValid && random.chance(0.3)) return random.pick(HOSTILE_TEXTS)
  if (column === 'email') return newEmail(random)
  if (column === 'hiredOn') return newDate(random)
  if (/id$/i.test(column)) return random.chance(0.5) ? '' : randomUUID()
  if (column === 'status') return random.pick(['active', 'on_leave', 'terminated', ''])
  return word(random)
}

const someOf = (random: Random, names: readonly string[]): string[] => {
  const chosen = names.filter(() => random.chance(0.75))
  return chosen.length === 0 ? ['email'] : chosen
}
