import { sleep } from '@latchkey/harness'

export type Traffic = {
  readonly sent: number
  /** Counts of the responses to good tokens other than 200, by status and code. */
  readonly refused: ReadonlyMap<string, number>
  /** Keys that signed the tokens in use. */
  readonly kids: ReadonlySet<string>
  /** A token signed with this key, good for five seconds or more. */
  tokenUnder(kid: string): string | undefined
  stop(): Promise<void>
}

export type TrafficOptions = {
  readonly refreshTokens: readonly string[]
  readonly refresh: (refreshToken: string) => Promise<{ accessToken: string; refreshToken: string }>
  /** Presents a token; resolves to the status and code of the response. */
  readonly present: (token: string) => Promise<string>
  readonly perSecond: number
  /** How long before its expiry a token is presented for the last time. */
  readonly marginMs: number
  /** From its issue to its expiry. */
  readonly lifetimeMs: number
}

type Issued = { readonly token: string; readonly kid: string; readonly until: number }

/** Clients that refresh at different times and present every good token they hold, whichever key signed it. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { refreshTokens, refresh, present, perSecond, marginMs, lifetimeMs } = options
  const issued: Issued[] = []
  const refused = new Map<string, number>()
  const kids = new Set<string>()
  let sent = 0
  let isRunning = true

  async function client(first: string): Promise<void> {
    let held = first
    while (isRunning) {
      const until = performance.now() + lifetimeMs - marginMs
      const { accessToken, refreshToken } = await refresh(held)
      held = refreshToken
      issued.push({ token: accessToken, kid: kidOf(accessToken), until })
      await sleep(Math.random() * (lifetimeMs - marginMs))
    }
  }

  async function presentOne(): Promise<void> {
    while (issued[0] !== undefined && issued[0].until < performance.now()) issued.shift()
    const chosen = issued[Math.floor(Math.random() * issued.length)]
    if (chosen === undefined || chosen.until < performance.now()) return
    sent++
    kids.add(chosen.kid)
    const answer = await present(chosen.token)
    if (answer !== '200') refused.set(answer, (refused.get(answer) ?? 0) + 1)
  }

  async function presentAll(): Promise<void> {
    const start = performance.now()
    const pending: Promise<void>[] = []
    for (let n = 0; isRunning; n++) {
      pending.push(presentOne())
      await sleep(Math.max(0, start + ((n + 1) * 1000) / perSecond - performance.now()))
    }
    await Promise.all(pending)
  }

  const all = [presentAll(), ...refreshTokens.map(client)]
  return {
    refused,
    kids,
    get sent() {
      return sent
    },
    tokenUnder: (kid) => issued.findLast((each) => each.kid === kid && each.until > performance.now() + 5000)?.token,
    async stop() {
      isRunning = false
      await Promise.all(all)
    },
  }
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
}
