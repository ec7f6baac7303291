import type { Scope } from '@latchkey/harness'
import { type Interceptor, type TcpRelay, tcpRelay } from '@latchkey/test-kit'
import type { RedisStore } from './redis-store.ts'

/** The network between one service and Redis, whichever of its servers and Sentinels that talks to. */
export type StoreRelay = Pick<TcpRelay, 'url' | 'cut' | 'hang' | 'refuse' | 'restore' | 'slow'>

/** Sees the traffic of each connection. */
type Tap = () => Interceptor

/** A relay before every server. What servers and Sentinels say of each other is changed on the way: it leads to the relays. */
export async function relayStore(scope: Scope, { url, ports }: RedisStore, tap?: Tap): Promise<StoreRelay> {
  const relayPorts = new Map<string, string>()
  const intercept = (): Interceptor => {
    const tapped = tap?.()
    return (from, bytes) => {
      const intercepted = tapped?.(from, bytes) ?? { bytes }
      return from === 'client' ? intercepted : { ...intercepted, bytes: renumber(intercepted.bytes, relayPorts) }
    }
  }
  const relays: TcpRelay[] = []
  for (const port of ports) {
    const relay = await tcpRelay(scope, `redis://127.0.0.1:${port}`, { intercept })
    relays.push(relay)
    relayPorts.set(String(port), new URL(relay.url).port)
  }
  const all = (work: (relay: TcpRelay) => Promise<void>): Promise<unknown> => Promise.all(relays.map(work))
  return {
    url: url.replace(/:(\d+)(?=[,/?]|$)/g, (whole, port: string) => {
      const mapped = relayPorts.get(port)
      return mapped === undefined ? whole : `:${mapped}`
    }),
    cut() {
      for (const relay of relays) relay.cut()
    },
    hang() {
      for (const relay of relays) relay.hang()
    },
    slow(delayMs) {
      for (const relay of relays) relay.slow(delayMs)
    },
    refuse: async () => void (await all((relay) => relay.refuse())),
    restore: async () => void (await all((relay) => relay.restore())),
  }
}

/** A port stands for itself, behind an address or in a line of the protocol. Those of loopback have five digits, before and after. */
const PORT = /(?<=[: \n])(\d{5})(?=[\r @,])/g

function renumber(bytes: Buffer, ports: ReadonlyMap<string, string>): Buffer {
  const text = bytes.toString('latin1')
  const changed = text.replace(PORT, (port) => ports.get(port) ?? port)
  return changed === text ? bytes : Buffer.from(changed, 'latin1')
}
