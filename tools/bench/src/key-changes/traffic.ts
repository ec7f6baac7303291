import { setTimeout as sleep } from 'node:timers/promises'

export type Traffic = {
  readonly sent: number
  /** Answers to good tokens that were no 200, by what they were. */
  readonly refused: ReadonlyMap<string, number>
  /** Keys that the tokens in use were signed with. */
  readonly kids: ReadonlySet<string>
  /** A token that is good for a while and was signed with this key. */
  tokenUnder(kid: string): string | undefined
  stop(): Promise<void>
}

export type TrafficOptions = {
  readonly refreshTokens: readonly string[]
  readonly refresh: (refreshToken: string) => Promise<{ accessToken: string; refreshToken: string }>
  /** Presents a token; resolves to the status and code of the answer. */
  readonly present: (token: string) => Promise<string>
  readonly perSecond: number
  /** How long before its end a token is presented for the last time, and how long it lives, in milliseconds. */
  readonly marginMs: number
  readonly lifeMs: number
}

type Minted = { readonly token: string; readonly kid: string; readonly until: number }

/** Clients that refresh at different times and present every good token that they hold, whichever key signed it. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { refreshTokens, refresh, present, perSecond, marginMs, lifeMs } = options
  const minted: Minted[] = []
  const refused = new Map<string, number>()
  const kids = new Set<string>()
  let sent = 0
  let isRunning = true

  async function client(first: string): Promise<void> {
    let held = first
    while (isRunning) {
      const until = performance.now() + lifeMs - marginMs
      const { accessToken, refreshToken } = await refresh(held)
      held = refreshToken
      minted.push({ token: accessToken, kid: kidOf(accessToken), until })
      await sleep(Math.random() * (lifeMs - marginMs))
    }
  }

  async function presentOne(): Promise<void> {
    while (minted[0] !== undefined && minted[0].until < performance.now()) minted.shift()
    const chosen = minted[Math.floor(Math.random() * minted.length)]
    if (chosen === undefined || chosen.until < performance.now()) return
    sent++
    kids.add(chosen.kid)
    const answer = await present(chosen.token)
    if (answer !== '200') refused.set(answer, (refused.get(answer) ?? 0) + 1)
  }

  async function presentAll(): Promise<void> {
    const start = performance.now()
    const under: Promise<void>[] = []
    for (let n = 0; isRunning; n++) {
      under.push(presentOne())
      await sleep(Math.max(0, start + ((n + 1) * 1000) / perSecond - performance.now()))
    }
    await Promise.all(under)
  }

  const all = [presentAll(), ...refreshTokens.map(client)]
  return {
    refused,
    kids,
    get sent() {
      return sent
    },
    tokenUnder: (kid) => minted.findLast((each) => each.kid === kid && each.until > performance.now() + 5000)?.token,
    async stop() {
      isRunning = false
      await Promise.all(all)
    },
  }
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
}
