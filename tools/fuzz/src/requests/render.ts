import { type Call, encodeText } from './call.ts'
import type { Draft } from './draft.ts'

/** The bytes of a request. */
export function render({ operation, path, query, headers, body, mediaType }: Draft): Call {
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeText(path[name] ?? ''))
  const search = query.map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`).join('&')
  return {
    service: operation.service,
    method: operation.method,
    target: search === '' ? filled : `${filled}?${search}`,
    headers: [
      ...headers.map(([name, value]) => [name, toHeader(value)] as const),
      ...(mediaType === undefined ? [] : [['content-type', mediaType] as const]),
    ],
    body: body === undefined ? undefined : encodeBody(body, mediaType),
  }
}

/** Headers are octets, and Node sends no control characters; those go over raw connections. */
const toHeader = (text: string): string => Buffer.from(text.replace(/[\p{Cc}\p{Cs}]/gu, '')).toString('latin1')

function encodeBody(body: NonNullable<Draft['body']>, mediaType: string | undefined): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  if (mediaType !== 'application/x-www-form-urlencoded') return Buffer.from(JSON.stringify(body))
  const texts = Object.entries(body).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return Buffer.from(
    new URLSearchParams(texts.map(([name, value]): [string, string] => [name, value.toWellFormed()])).toString(),
  )
}
