import t from 'tap'
import { usernameObjection } from '../../src/users/username-policy.ts'

t.test('names of one language are good, whatever its script', async (t) => {
  const names = ['ada', 'Zoë.Żółć', "o'hara+2", 'j_doe-3', '42', 'Иван', 'Δημήτρης', 'भारती', 'สมชาย', '李小龍']
  const mixed = [
    'たかし',
    '山田タロウ',
    'kimura-健',
    'ラーメン',
    '김철수-lee',
    'ㄅㄆ中文',
    'שרה7',
    'محمد',
    'Nin\u0303a',
    'ngọc',
  ]
  for (const name of [...names, ...mixed]) t.equal(usernameObjection(name), undefined, name)
})

t.test('a name with a letter of a second alphabet, or of one that imitates others, is refused', async (t) => {
  const names = ['\u0430dmin', 'p\u0430ypal', 'ad\u03bfnis', 'Иbан', 'αβв', 'ᎪᎠᎠ', '𐓒a', 'ⲁda', '한ひ', 'ㄅひ']
  for (const name of names) t.match(usernameObjection(name), /several alphabets/, name)
})

t.test('a name with a character that shows nothing is refused', async (t) => {
  for (const character of [
    '\u034f',
    '\u3164',
    '\u115f',
    '\uffa0',
    '\u200b',
    '\u200d',
    '\u00ad',
    '\ufe0f',
    '\u{e0061}',
  ]) {
    t.match(usernameObjection(`ada${character}`), /invisible/, JSON.stringify(character))
  }
})

t.test('a name has a letter or a digit, and no mark without one', async (t) => {
  for (const name of ['.', '-', '._.', "'"]) t.match(usernameObjection(name), /letter or a digit/, name)
  for (const name of ['\u0301a', '.\u0301a', `a${'\u0316'.repeat(5)}`])
    t.match(usernameObjection(name), /consist of/, name)
})

t.test('names of the operator are reserved, in any case of letters and with any joiners', async (t) => {
  for (const name of ['admin', 'Administrator', 'ROOT', 'no-reply', 'post.master', 'ｒｏｏｔ', 'Latchkey', 'ɑdmın']) {
    t.equal(usernameObjection(name), 'is reserved', name)
  }
  for (const name of ['admin2', 'rooted', 'supportive']) t.equal(usernameObjection(name), undefined, name)
})
