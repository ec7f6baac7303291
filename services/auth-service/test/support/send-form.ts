export type Fields = string | Record<string, string>
export type Answer = { status: number; headers: Headers; text: string; json: Record<string, unknown> }

/** A form as application/x-www-form-urlencoded has it (RFC 6749 appendix B). */
export const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

const basicOf = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

/** HTTP Basic as RFC 6749 §2.3.1 has it: form-encoded. */
export const basic = ({ clientId, secret }: { clientId: string; secret: string }): Record<string, string> =>
  basicOf(formEncode(clientId), formEncode(secret))

/** HTTP Basic with exactly these characters. */
export const rawBasic = basicOf

/** Credentials in the form. */
export const inForm = ({ clientId, secret }: { clientId: string; secret: string }): Record<string, string> => ({
  client_id: clientId,
  client_secret: secret,
})

export async function send(url: string, fields: Fields, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(url, {
    method: 'POST',
    body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const isJson = /^application\/(?:problem\+)?json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  }
}
