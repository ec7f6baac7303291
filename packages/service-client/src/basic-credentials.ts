/**
 * HTTP Basic of an OAuth client: id and secret are form-urlencoded before they are joined (RFC 6749 section 2.3.1 and
 * appendix B), so that a colon or a letter beyond ASCII in them survives.
 */
export function basicCredentials(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64')}`
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
