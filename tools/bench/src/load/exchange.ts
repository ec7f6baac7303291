/** The requests of one connection, one after the other. */
export type Exchange = {
  /** The next request, as it goes over the wire. */
  next(): string
  /** Gets the body of the response to it, which had status 200. */
  answered?(body: string): void
}

const COMMON = 'host: bench\r\nuser-agent: latchkey-bench/1.0\r\naccept: application/json'

/** A GET with an access token. */
export function getRequest(path: string, accessToken: string): string {
  return `GET ${path} HTTP/1.1\r\n${COMMON}\r\nauthorization: Bearer ${accessToken}\r\n\r\n`
}

/** A POST of a JSON text in ASCII. */
export function postRequest(path: string, json: string): string {
  return `POST ${path} HTTP/1.1\r\n${COMMON}\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`
}
