import t from 'tap'
import { searchWordsOf } from '../../src/employees/search-words.ts'

const wordsOf = (folded: string) => searchWordsOf(folded).map(({ text }) => text)
const keysOf = (word: string) => searchWordsOf(word)[0]?.keys

t.test('a search is taken apart at white space, the longest word first', async (t) => {
  t.same(wordsOf(' ada  lovelace\u3000x '), ['lovelace', 'ada', 'x'])
  t.same(wordsOf('   '), [])
  t.same(wordsOf(''), [])
})

t.test('a word that is part of another, or comes twice, is looked for once', async (t) => {
  t.same(wordsOf('love a lovelace lovelace lace b'), ['lovelace', 'b'])
})

t.test('three Latin letters or digits in a row are found by their trigrams', async (t) => {
  t.same(keysOf('hopper'), { kind: 'trigrams', all: ['hop', 'opp', 'ppe', 'per'] })
  t.same(keysOf('a.bcd@e12'), { kind: 'trigrams', all: ['bcd', 'e12'] })
  t.same(keysOf('иabc'), { kind: 'trigrams', all: ['abc'] })
})

t.test('two are found by every trigram that begins with them', async (t) => {
  const keys = keysOf('zu')
  t.match(keys, { kind: 'pair', pair: 'zu', any: ['zua', 'zub'] })
  t.equal(keys?.kind === 'pair' && keys.any.length, 37)
  t.match(keysOf('.zu@'), { kind: 'pair', pair: 'zu' })
})

t.test('other letters and signs are found by their pairs', async (t) => {
  t.same(keysOf('иван'), { kind: 'pairs', all: ['ив', 'ва', 'ан'] })
  t.same(keysOf('r&d'), { kind: 'pairs', all: ['r&', '&d'] })
  t.same(keysOf('\u{1F600}\u{1F601}'), { kind: 'pairs', all: ['\u{1F600}\u{1F601}'] })
})

t.test('a single character, and what is left, is found by the characters', async (t) => {
  for (const character of ['q', '&', '伟', '@', '\u{1F600}']) {
    t.same(keysOf(character), { kind: 'trigrams', all: [character] })
  }
  t.same(keysOf('a.b'), { kind: 'trigrams', all: ['a', '.', 'b'] })
})

t.end()
