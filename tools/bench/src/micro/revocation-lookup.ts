// What looking up a token among revocations costs when it is not revoked, in a Map and behind the filter in front of it:
//   node scripts/run.mjs tools/bench/src/micro/revocation-lookup.ts
import { randomBytes } from 'node:crypto'
import { createPrefilteredMap } from '../../../../packages/resource-server/src/revocations/prefiltered-map.ts'
import { measure } from './measure.ts'

const newId = (): string => randomBytes(16).toString('base64url')
const ID_LENGTH = newId().length

const TOKENS = 50_000
const tokens = Buffer.from(Array.from({ length: TOKENS }, newId).join(''))

/** A new string each time, as the text of a token is: nothing has computed its hash yet. */
function idOfToken(i: number): string {
  const at = ((i * 7919) % TOKENS) * ID_LENGTH
  return tokens.toString('latin1', at, at + ID_LENGTH)
}

for (const size of [1000, 10_000, 100_000]) {
  const plain = new Map<string, number>()
  const prefiltered = createPrefilteredMap<number>()
  for (let i = 0; i < size; i++) {
    const id = newId()
    plain.set(id, i)
    prefiltered.set(id, i)
  }
  measure(`${size.toLocaleString('en')} entries`, [
    { name: 'reading the identifier, a part of all', run: (i) => idOfToken(i) },
    { name: 'Map', run: (i) => plain.get(idOfToken(i)) },
    { name: 'PrefilteredMap', run: (i) => prefiltered.get(idOfToken(i)) },
  ])
}
