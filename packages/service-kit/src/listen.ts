import type { AppInstance } from './app-instance.ts'
import type { Address } from './settings/listening.ts'

/** An address that cannot be listened on, for people. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** @throws {ListenError} naming the setting to change, where the operating system refuses the address */
export async function listen(app: AppInstance, address: Address, announce: (url: string) => string): Promise<void> {
  const { host, port } = address
  try {
    await app.listen({ host, port, listenTextResolver: announce })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const message = PLAIN[code]?.(address)
    throw message === undefined ? error : new ListenError(message, { cause: error })
  }
}

const PLAIN: Record<string, (address: Address) => string> = {
  EADDRINUSE: ({ port, settings }) => `port ${port} is in use by another process: choose another ${settings.port}`,
  EACCES: ({ port, settings }) =>
    `port ${port} needs more privileges than this user has: choose another ${settings.port}`,
  EADDRNOTAVAIL: foreignHost,
  ENOTFOUND: foreignHost,
}

function foreignHost({ port, settings }: Address): string {
  return `port ${port} cannot be opened: ${settings.host} is not an address of this machine`
}
