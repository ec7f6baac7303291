import { drive } from './load/drive.ts'
import type { Cores } from './machine/cores.ts'
import { coreTimeMs, cpuTimeMs } from './machine/cpu-time.ts'
import type { Target } from './target.ts'

/** What one target did during one span of load. */
export type Sample = {
  readonly requestsPerSecond: number
  /** CPU time of the server process for each request, in microseconds. */
  readonly cpuMicros: number
  /** Share of the time in which the server was busy: far below 1, the load limited the requests per second. */
  readonly busy: number
  /** Share of the time in which other programs used the server's core. */
  readonly disturbed: number
}

export async function takeSample({ server, clients }: Target, ms: number, { serverCore }: Cores): Promise<Sample> {
  const clocks = () => ({
    wallMs: performance.now(),
    serverMs: cpuTimeMs(server.process.pid),
    coreMs: serverCore === undefined ? 0 : coreTimeMs(serverCore),
  })
  const before = clocks()
  const requests = await drive(clients, ms)
  const after = clocks()
  const elapsedMs = after.wallMs - before.wallMs
  const serverMs = after.serverMs - before.serverMs
  const coreMs = after.coreMs - before.coreMs
  return {
    requestsPerSecond: (requests * 1000) / elapsedMs,
    cpuMicros: (serverMs * 1000) / requests,
    busy: serverMs / elapsedMs,
    disturbed: Math.max(0, coreMs - serverMs) / elapsedMs,
  }
}
