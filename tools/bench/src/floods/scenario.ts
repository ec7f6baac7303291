import type { NodeServer } from '@latchkey/harness'
import type { Cores } from '../machine/cores.ts'
import type { DataServers } from '../machine/data-servers.ts'
import type { Stream } from './open-loop.ts'

/** A service, honest requests to it, and what floods it. */
export type Scenario = {
  readonly title: string
  readonly server: NodeServer
  readonly honest: readonly Stream[]
  readonly flood: readonly Stream[]
  close(): Promise<void>
}

export type StartScenario = (options: { readonly data: DataServers; readonly cores: Cores }) => Promise<Scenario>
