import { BadSetting, parseInteger } from './parsers.ts'
import type { SettingFault } from './settings-error.ts'

/** Where a server listens, and the settings that say so. */
export type Address = {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  readonly settings: { readonly host: string; readonly port: string }
}

/** Where a service listens, and for how long still after it was told to stop. */
export type Listening = {
  readonly address: Address
  /** Of its operations port; nowhere when undefined. */
  readonly operations: Address | undefined
  readonly shutdownDelayMs: number
}

type Loaded = {
  readonly host: string
  readonly port: number
  readonly operationsHost: string
  readonly operationsPort: number | 'off' | undefined
  readonly shutdownDelayMs: number
}
type Names = { readonly port: string; readonly operationsPort: string }

const HIGHEST = 65_535
/** The operations port is this much above the service's own, unless a setting says where. */
const DISTANCE = 90

/** A port of the operations server, or that there is none. */
export function parseOperationsPort(text: string, min = 0): number | 'off' {
  if (text === 'off') return text
  try {
    return parseInteger(text, min, HIGHEST)
  } catch {
    throw new BadSetting(`must be a whole number from ${min} to ${HIGHEST}, or off`)
  }
}

/** A service on any free port has its operations on another free port. */
export const operationsPortOf = ({ port, operationsPort }: Pick<Loaded, 'port' | 'operationsPort'>): number | 'off' =>
  operationsPort ?? (port === 0 ? 0 : port + DISTANCE)

export function listeningOf(loaded: Loaded, names: Names): Listening {
  const { host, port, operationsHost, shutdownDelayMs } = loaded
  const operationsPort = operationsPortOf(loaded)
  return {
    address: { host, port, settings: { host: 'HOST', port: names.port } },
    operations:
      operationsPort === 'off'
        ? undefined
        : {
            host: operationsHost,
            port: operationsPort,
            settings: { host: 'OPERATIONS_HOST', port: names.operationsPort },
          },
    shutdownDelayMs,
  }
}

/** Faults of the two ports of a service together. */
export function* portFaults(
  { port, operationsPort }: { readonly [K in 'port' | 'operationsPort']: Loaded[K] | undefined },
  names: Names,
): Iterable<SettingFault> {
  if (port === undefined) return
  const operations = operationsPortOf({ port, operationsPort })
  if (operations === port && port !== 0) {
    yield { name: names.port, message: `and ${names.operationsPort} must differ` }
  }
  if (operations !== 'off' && operations > HIGHEST) {
    yield { name: names.operationsPort, message: `must be set: ${names.port} + ${DISTANCE} is no port` }
  }
}
