type Locks = {
  request(name: string, options: { signal: AbortSignal }, work: () => Promise<unknown>): Promise<unknown>
}

export type Channel = {
  onmessage: ((event: MessageEvent) => void) | null
  postMessage(message: unknown): void
  close(): void
  /** In Node alone. */
  unref?(): void
}

/** What pages have, and other programs may lack. */
export type Platform = {
  readonly document?: { readonly baseURI: string; readonly visibilityState: string }
  readonly location?: { readonly href: string; readonly origin: string }
  readonly navigator?: { readonly locks?: Locks }
  readonly BroadcastChannel?: new (name: string) => Channel
}

export const platform = globalThis as Platform

/** As `fetch` reads an address: relative to the page. */
export const toUrl = (url: string | URL): URL => new URL(url, platform.document?.baseURI ?? platform.location?.href)

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
