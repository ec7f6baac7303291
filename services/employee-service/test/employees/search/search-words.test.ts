import t from 'tap'
import { searchWordsOf } from '../../../src/employees/search/search-words.ts'

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

t.test('three Latin letters, digits or signs of e-mail addresses in a row are found by their trigrams', async (t) => {
  t.same(keysOf('hopper'), { kind: 'trigrams', all: ['hop', 'opp', 'ppe', 'per'] })
  t.same(keysOf('a.b@e-1'), { kind: 'trigrams', all: ['a0b', '0b1', 'b1e', '1e2', 'e21'] })
  t.same(keysOf('иabc'), { kind: 'trigrams', all: ['abc'] })
  t.same(keysOf('aaaaaaa'), { kind: 'trigrams', all: ['aaa'] })
})

t.test('two are found by every trigram that begins with them', async (t) => {
  const keys = keysOf('zu')
  t.match(keys, { kind: 'pair', pair: 'zu', any: ['zua', 'zub'] })
  t.equal(keys?.kind === 'pair' && keys.any.length, 37)
  t.match(keysOf('.z'), { kind: 'pair', pair: '.z', any: ['0za', '0zb'] })
})

t.test('a long word is found by a part of its trigrams', async (t) => {
  const word = Array.from({ length: 100 }, (_, n) => String.fromCharCode(97 + ((n * n) % 26))).join('')
  const keys = keysOf(word)
  t.ok(keys?.kind === 'trigrams' && keys.all.length <= 32)
})

t.test('other letters and signs are found by their pairs', async (t) => {
  t.same(keysOf('иван'), { kind: 'pairs', all: ['ив', 'ва', 'ан'] })
  t.same(keysOf('r&d'), { kind: 'pairs', all: ['r&', '&d'] })
  t.same(keysOf('\u{1F600}\u{1F601}'), { kind: 'pairs', all: ['\u{1F600}\u{1F601}'] })
})

t.test('a single character is found by itself', async (t) => {
  for (const character of ['q', '&', '伟', '@', '\u{1F600}']) {
    t.same(keysOf(character), { kind: 'trigrams', all: [character] })
  }
})

t.end()
