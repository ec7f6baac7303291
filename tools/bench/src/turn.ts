import type { Contestant } from './contestant.ts'
import { drive } from './load/drive.ts'
import type { Cores } from './machine/cores.ts'
import { coreTimeMs, cpuTimeMs } from './machine/cpu-time.ts'

/** What one contender did in one turn. */
export type Turn = {
  readonly requestsPerSecond: number
  /** CPU time of the server process for each request, in microseconds. */
  readonly cpuMicros: number
  /** The part of the turn in which the server was busy: far below 1, the load was what limited requests per second. */
  readonly busy: number
  /** The part of the turn for which the server's core worked for somebody else. */
  readonly disturbed: number
}

export async function runTurn({ server, talkers }: Contestant, ms: number, { serverCore }: Cores): Promise<Turn> {
  const clocks = () => ({
    wallMs: performance.now(),
    serverMs: cpuTimeMs(server.pid),
    coreMs: serverCore === undefined ? 0 : coreTimeMs(serverCore),
  })
  const before = clocks()
  const requests = await drive(talkers, ms)
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
