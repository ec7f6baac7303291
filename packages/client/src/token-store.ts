/** What a program with `body` delivery keeps between two runs. Worth a sign-in: keep it where nobody else reads. */
export type Tokens = {
  readonly refreshToken?: string
  /** Shows at the next sign-in that this device is known. It stays when the session ends. */
  readonly deviceToken?: string
}

/** Where `body` delivery keeps its tokens. It is read before each refresh, so several programs may share one. */
export type TokenStore = {
  read(): Tokens | undefined | Promise<Tokens | undefined>
  write(tokens: Tokens): void | Promise<void>
}

/** Forgets with the process, or the page. */
export function createMemoryStore(): TokenStore {
  let kept: Tokens | undefined
  return {
    read: () => kept,
    write(tokens) {
      kept = tokens
    },
  }
}

/** Keeps what a sign-in or a refresh with `body` delivery brings. */
export async function keepTokens(store: TokenStore, { refreshToken, deviceToken }: Tokens): Promise<void> {
  if (refreshToken === undefined) return
  const known = deviceToken ?? (await store.read())?.deviceToken
  await store.write({ refreshToken, ...(known !== undefined && { deviceToken: known }) })
}
