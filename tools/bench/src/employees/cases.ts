import type { EmployeeFilter, EmployeeSort } from '@latchkey/employee-service/bench'
import { CHIEF } from './population.ts'

export type Case = {
  readonly title: string
  readonly filter: EmployeeFilter
  readonly sort: EmployeeSort
  /** Reads the page in the middle of the list, as a client does that walks through it. */
  readonly deep?: true
}

const SORTS = ['lastName', '-lastName', 'hiredOn', '-hiredOn', 'createdAt', '-createdAt'] as const
const DEPARTMENT = 'Department 7'

const filtered: [what: string, filter: EmployeeFilter][] = [
  ['all', {}],
  ['a department', { department: DEPARTMENT }],
  ['on leave', { status: 'on_leave' }],
  ['terminated', { status: 'terminated' }],
  ['a department, on leave', { department: DEPARTMENT, status: 'on_leave' }],
  ['reports of one', { managerId: '01900000-0000-7000-8000-000000000064' }],
  ['reports of the chief', { managerId: CHIEF }],
  ['reports of the chief on leave', { managerId: CHIEF, status: 'on_leave' }],
  ['reports of the chief in a department', { managerId: CHIEF, department: DEPARTMENT }],
]

const searched: [what: string, query: string][] = [
  ['a rare name', 'lovelace'],
  ['first and last name', 'grace hopper'],
  ['with accents', 'ÅNGSTRÖM Åsa'],
  ['an e-mail', 'ada.smith.1@'],
  ['no match', 'xylophone'],
  ['an address without a match', 'example.co.uk'],
  ['an ending without a match', 'com.'],
  ['a word in every row', 'example'],
  ['a common title', 'engineer'],
  ['two common words', 'senior engineer'],
  ['common words, seldom together', 'nguyen org'],
  ['a common surname', 'nguyen'],
  ['one letter', 'a'],
  ['a seldom letter', 'q'],
  ['two letters', 'an'],
  ['two seldom letters', 'zu'],
  ['two letters without a match', 'qx'],
  ['one and two letters', 'j sm'],
  ['many letters', 'o n g 7 4 2 1 9 z'],
  ['letters beside a common surname', 'nguyen a 7'],
  ['short words', 'de la an'],
  ['common words and letters', 'senior engineer a e i o u 7 3'],
  ['a sign', '&'],
  ['one Chinese character', '伟'],
  ['Cyrillic', 'иван'],
  ['Greek', 'ΠΑΠΑΔ'],
]

export const cases: readonly Case[] = [
  ...filtered.flatMap(([what, filter]) => SORTS.map((sort) => ({ title: what, filter, sort }))),
  ...SORTS.map((sort) => ({ title: 'all, in the middle', filter: {}, sort, deep: true as const })),
  ...searched.flatMap(([what, query]) =>
    (['lastName', '-createdAt'] as const).map((sort) => ({ title: `${what}: ${query}`, filter: { query }, sort })),
  ),
  ...(['engineer', 'lovelace', 'nguyen'] as const).flatMap((query) => [
    { title: `in the middle: ${query}`, filter: { query }, sort: 'lastName' as const, deep: true as const },
    { title: `in a department: ${query}`, filter: { query, department: DEPARTMENT }, sort: 'hiredOn' as const },
    { title: `on leave: ${query}`, filter: { query, status: 'on_leave' as const }, sort: 'lastName' as const },
    { title: `reports of the chief: ${query}`, filter: { query, managerId: CHIEF }, sort: 'lastName' as const },
  ]),
]
