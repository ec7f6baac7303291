import t from 'tap'
import {
  compareStreamIds,
  EMPTY_STREAM,
  findGap,
  type StreamEntry,
  type StreamState,
} from '../../src/revocations/stream-position.ts'

const anchor: StreamEntry = ['50-3', ['kind', 'session', 'id', 's1']]
const position = { id: '50-3', added: 100, anchor }
type Found = StreamState & { anchor: StreamEntry | undefined }
const unchanged: Found = { lastId: '50-3', firstId: '40-0', added: 100, length: 20, anchor }

const continued: Record<string, Partial<Found>> = {
  'nothing happened': {},
  'it grew': { lastId: '51-0', added: 101, length: 21 },
  'what was read was trimmed': { firstId: '50-3', length: 1 },
  'all that was read was trimmed': { firstId: '0-0', length: 0, anchor: undefined },
  'it grew, and all that was read was trimmed': {
    lastId: '52-0',
    firstId: '51-0',
    added: 102,
    length: 2,
    anchor: undefined,
  },
}

const broken: Record<string, Partial<Found>> = {
  'it is gone': { ...EMPTY_STREAM, anchor: undefined },
  'the last id is lower': { lastId: '50-2', anchor: undefined },
  'the last id is lower though more was added': { lastId: '9-9', firstId: '1-1', added: 101, anchor: undefined },
  'fewer entries were ever added': { lastId: '60-0', firstId: '60-0', added: 1, length: 1, anchor: undefined },
  'everything fits but the last entry is missing': { lastId: '60-0', added: 101, anchor: undefined },
  'everything fits but the last entry is another one': { anchor: ['50-3', ['kind', 'session', 'id', 's2']] },
  'something was added though the last id is the same': { added: 101, length: 21 },
  'an unread entry was trimmed': { lastId: '52-0', firstId: '52-0', added: 102, length: 1, anchor: undefined },
  'all unread entries were trimmed': { lastId: '52-0', firstId: '0-0', added: 102, length: 0, anchor: undefined },
}

for (const [title, change] of Object.entries(continued)) {
  t.test(`reading continues when ${title}`, async (t) => {
    const found = { ...unchanged, ...change }
    t.equal(findGap(position, found, found.anchor), undefined)
  })
}

for (const [title, change] of Object.entries(broken)) {
  t.test(`there is a gap when ${title}`, async (t) => {
    const found = { ...unchanged, ...change }
    t.type(findGap(position, found, found.anchor), 'string')
  })
}

t.test('a stream that never existed has no gap, nor has its first entry', async (t) => {
  const start = { id: '0-0', added: 0, anchor: undefined }
  t.equal(findGap(start, EMPTY_STREAM, undefined), undefined)
  t.equal(findGap(start, { lastId: '7-0', firstId: '7-0', added: 1, length: 1 }, undefined), undefined)
})

t.test('an entry below the position in a stream that was empty is a gap', async (t) => {
  const afterTrim = { id: '50-3', added: 100, anchor: undefined }
  t.equal(findGap(afterTrim, { lastId: '60-0', firstId: '60-0', added: 101, length: 1 }, undefined), undefined)
  t.type(findGap(afterTrim, { lastId: '60-0', firstId: '1-1', added: 101, length: 101 }, undefined), 'string')
})

t.test('ids are compared as the two numbers that they are, however large', async (t) => {
  const ascending = [
    '0-0',
    '0-1',
    '0-10',
    '9-9',
    '10-0',
    '1700000000000-0',
    '9007199254740993-1',
    '9007199254740994-0',
    '18446744073709551615-18446744073709551614',
    '18446744073709551615-18446744073709551615',
  ]
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) t.equal(Math.sign(compareStreamIds(a, b)), Math.sign(i - j), `${a} ${b}`)
  }
})
