import { randomUUID } from 'node:crypto'
import type { Random } from '@latchkey/harness'

const WORDS = [
  'alder',
  'birch',
  'cedar',
  'damson',
  'elm',
  'fir',
  'ginkgo',
  'hazel',
  'iris',
  'juniper',
  'kapok',
  'larch',
]
const LINES = [
  'Ada Lovelace',
  'Åsa Öberg',
  '李 小龍',
  'مريم',
  "O'Brien-Smith",
  'Zoë 🚀',
  '=1+1',
  '<b>bold</b>',
  'a%b_c\\d',
  '🏳️‍🌈',
]

export const word = (random: Random): string => `${random.pick(WORDS)}${random.integer(0, 1e9).toString(36)}`

/** Texts of every kind that the documents ask for, the likely ones first. Whoever asks takes the first that is valid. */
export function* textsFor(
  random: Random,
  { minLength = 0, maxLength = 40 }: { minLength?: number; maxLength?: number },
): Iterable<string> {
  if (random.chance(0.15) && maxLength <= 10_000) yield 'x'.repeat(maxLength)
  if (random.chance(0.1)) yield '\u{1f600}'.repeat(maxLength > 2000 ? 9 : maxLength)
  if (random.chance(0.1)) yield 'x'.repeat(Math.max(minLength, 1))
  if (random.chance(0.5)) yield random.pick(LINES)
  yield word(random)
  yield `${word(random)} ${random.pick(LINES)}`
  yield `${random.pick(WORDS)}:${word(random)}`
  yield `device-${randomUUID()}`
  yield word(random).padEnd(minLength, 'z')
  yield `violet-harbour-${word(random)}-7`
}

export const newEmail = (random: Random): string => `${word(random)}@${random.pick(['fuzz', 'corp', 'Example'])}.test`

export const newDate = (random: Random): string =>
  random.pick([
    '0001-01-01',
    '9999-12-31',
    '2024-02-29',
    `20${random.integer(10, 29)}-0${random.integer(1, 9)}-1${random.integer(0, 9)}`,
  ])

export const newInstant = (random: Random): string =>
  random.pick([
    '2024-02-29T12:00:00Z',
    '1970-01-01T00:00:00.000Z',
    '2031-01-01T00:00:00+14:00',
    new Date().toISOString(),
  ])
