/** @throws {TypeError} the body could not be sent again, should the token be refused */
export function refuseStream(body: unknown): void {
  const methods = Object(body)
  if (body instanceof ReadableStream || Symbol.asyncIterator in methods || 'pipe' in methods) {
    throw new TypeError('a stream cannot be sent again if its token is refused: send text, bytes, a Blob or a form')
  }
}
