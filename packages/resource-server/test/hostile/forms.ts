import { encode, forgeToken, goodClaims, goodHeader, hmac, secret, tokenWith } from './forge-token.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const good = tokenWith()
const [header = '', payload = '', signature = ''] = good.split('.')

/** The same octets to a lenient decoder, with the bits set that base64url leaves over at the end. */
function withLooseBits(segment: string): string {
  const last = alphabet.indexOf(segment.slice(-1))
  return segment.slice(0, -1) + alphabet[last + 1]
}

/** The first claims whose encoding leaves bits over, with those bits set, and signed that way. */
function looselySigned(): string {
  const part = [0, 1, 2]
    .map((pad) => encode({ ...goodClaims, jti: 'x'.repeat(pad + 1) }))
    .find((s) => s.length % 4 === 2)
  const input = `${header}.${withLooseBits(part ?? '')}`
  return `${input}.${hmac(secret)(input).toString('base64url')}`
}

function signedText(head: string, body: string): string {
  const input = `${head}.${body}`
  return `${input}.${hmac(secret)(input).toString('base64url')}`
}

/** B6: one token has one spelling, in JWS compact form. */
export const oddForms: Record<string, string> = {
  'padding after the signature': `${good}=`,
  'padding after the payload': signedText(header, `${payload}=`),
  'padding after the header': signedText(`${header}==`, payload),
  'plain base64 in the signature': `${header}.${payload}.${Buffer.from(signature, 'base64url').toString('base64').replace(/^./, '+')}`,
  'a slash in the payload': signedText(header, `${payload.slice(0, -1)}/`),
  'a space within': `${header}.${payload.slice(0, 9)} ${payload.slice(9)}.${signature}`,
  'a signed space within': signedText(header, `${payload.slice(0, 8)} ${payload.slice(8)}`),
  'a tab within': `${header}.\t${payload}.${signature}`,
  'a space before a dot': `${header} .${payload}.${signature}`,
  'two parts': `${header}.${payload}`,
  'one part': header,
  'four parts': `${good}.${signature}`,
  'five parts, as an encrypted token has': `${header}.AA.AA.AA.AA`,
  'an encrypted token': `${encode({ alg: 'dir', enc: 'A256GCM', kid: 'k1' })}..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`,
  'a dot at the end': `${good}.`,
  'a dot in front': `.${good}`,
  'nothing but dots': '..',
  'an empty header': signedText('', payload),
  'an empty payload': signedText(header, ''),
  'JSON serialization': JSON.stringify({ protected: header, payload, signature }),
  'flipped unused bits in the signature': `${header}.${payload}.${withLooseBits(signature)}`,
  'flipped unused bits in a signed payload': looselySigned(),
  'a character too many in the signature': `${good}A`,
  'a character too few in the signature': good.slice(0, -1),
  'the signature in hex': `${header}.${payload}.${Buffer.from(signature, 'base64url').toString('hex')}`,
  'letters beyond ASCII': `${header}.${payload}é.${signature}`,
  'a percent sign': good.replace('.', '%2E'),
  'more than 8 KB': forgeToken(goodHeader, { ...goodClaims, note: 'x'.repeat(8 * 1024) }),
}

const json = JSON.stringify(goodClaims)
const octet = (text: string, value: number): Buffer =>
  Buffer.concat(
    text.split('@').flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [Buffer.from([value]), Buffer.from(part)])),
  )

/** B7: a payload is one JSON object in UTF-8 that names nothing twice, and so is a header. */
export const oddTexts: Record<string, string> = {
  'a byte order mark': forgeToken(goodHeader, `\ufeff${json}`),
  'a byte order mark in the header': forgeToken(`\ufeff${JSON.stringify(goodHeader)}`, goodClaims),
  'octet 0xFF in a string': forgeToken(goodHeader, octet(json.replace('"u1"', '"u@1"'), 0xff)),
  'octet 0xFF in a string that is not read': forgeToken(goodHeader, octet(json.replace('{', '{"note":"@",'), 0xff)),
  'octet 0xFF in the kid': forgeToken(octet('{"alg":"HS256","typ":"at+jwt","kid":"k1@"}', 0xff), goodClaims),
  'a surrogate in UTF-8': forgeToken(
    goodHeader,
    Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(`",${json.slice(1)}`)]),
  ),
  'an overlong octet sequence': forgeToken(
    goodHeader,
    Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xc0, 0xaf]), Buffer.from(`",${json.slice(1)}`)]),
  ),
  'UTF-16': forgeToken(goodHeader, Buffer.from(json, 'utf16le')),
  'a list': forgeToken(goodHeader, '[]'),
  'the claims in a list': forgeToken(goodHeader, `[${json}]`),
  null: forgeToken(goodHeader, 'null'),
  'a string': forgeToken(goodHeader, '"x"'),
  'a number': forgeToken(goodHeader, '1'),
  'a list as header': forgeToken('["HS256"]', goodClaims),
  'null as header': forgeToken('null', goodClaims),
  'not JSON': forgeToken(goodHeader, `${json}}`),
  'a comma at the end': forgeToken(goodHeader, json.replace(/}$/, ',}')),
  'JSON in single quotes': forgeToken(goodHeader, json.replaceAll('"', "'")),
  'depth 2000 in an unknown claim': forgeToken(
    goodHeader,
    json.replace('{', `{"x":${'['.repeat(2000)}${']'.repeat(2000)},`),
  ),
  'depth 10000': forgeToken(goodHeader, '['.repeat(10_000)),
  'two sub': forgeToken(goodHeader, json.replace('"sub":"u1"', '"sub":"u1","sub":"admin"')),
  'two sub, the same': forgeToken(goodHeader, json.replace('"sub":"u1"', '"sub":"u1","sub":"u1"')),
  'two sub, one of them escaped': forgeToken(goodHeader, json.replace('"sub":"u1"', '"s\\u0075b":"admin","sub":"u1"')),
  'a member twice within an unknown claim': forgeToken(goodHeader, json.replace('{', '{"x":[{"y":1,"y":1}],')),
  'two alg': forgeToken('{"alg":"none","alg":"HS256","typ":"at+jwt","kid":"k1"}', goodClaims),
  'two kid, one of them escaped': forgeToken('{"kid":"k0","alg":"HS256","typ":"at+jwt","\\u006bid":"k1"}', goodClaims),
}
