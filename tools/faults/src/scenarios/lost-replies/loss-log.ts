import { createHash } from 'node:crypto'
import type { Step } from '../../wire/request-watch.ts'
import type { Side } from './worker.ts'

export type Loss = {
  readonly call: string
  readonly side: Side
  readonly then: string
  readonly step: Step
  /** Whether the call took that step this time. */
  readonly wasLost: boolean
}

/** Which replies were lost. */
export type LossLog = {
  readonly recoveryMs: number[]
  addSteps(call: string, side: Side, steps: readonly Step[]): void
  add(loss: Loss): void
  count(): number
  /** By call, with a digest of all that was lost: it is the same for the same seed, wherever that runs. */
  table(): string
}

export function createLossLog(): LossLog {
  const losses: Loss[] = []
  const steps = new Map<string, Record<Side, number>>()
  const lost = () => losses.filter(({ wasLost }) => wasLost)
  return {
    recoveryMs: [],
    addSteps(call, side, found) {
      steps.set(call, { redis: 0, postgres: 0, ...steps.get(call), [side]: found.length })
    },
    add: (loss) => void losses.push(loss),
    count: () => lost().length,
    table() {
      const rows = [...steps].map(([call, { redis, postgres }]) => {
        const own = losses.filter((loss) => loss.call === call)
        const count = own.filter(({ wasLost }) => wasLost).length
        return [call, redis, postgres, count, own.length - count]
      })
      const head = ['call', 'steps at Redis', 'steps at Postgres', 'replies lost', 'steps not taken']
      const lines = [head, head.map(() => '---'), ...rows.toSorted()].map((cells) => `| ${cells.join(' | ')} |`)
      return `${lines.join('\n')}\n\nDigest of the replies that were lost: ${digestOf(lost())}`
    },
  }
}

/** Workers take turns as they come: each line counts, their order does not. */
function digestOf(losses: readonly Loss[]): string {
  const lines = losses.map(({ call, side, then, step }) => `${call}/${side}/${then}/${step}`).toSorted()
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12)
}
