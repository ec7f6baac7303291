import { commonProblems } from '@latchkey/problems'

/** One thing that is wrong with a file. */
export type FileFault = {
  /** Where the row starts, counted as an editor does: line breaks within quotes count too. The header is on line 1. */
  readonly line: number
  /** Named as the field; absent when the whole row is meant. */
  readonly column?: string
  readonly message: string
}

/** Further faults are counted, not listed. */
export const FAULTS_LISTED = 1000

/** Collects what is wrong with a file, in memory that does not grow with the file. */
export type FaultReport = {
  /** To be called in the order of the file, as the first faults are the ones listed. */
  add(fault: FileFault): void
  /** Adds the faults of a query over the whole file: the first ones, in the order of the file, and the number of all. */
  addAll(faults: readonly FileFault[], count: number): void
  /** @throws `invalid_request` with the listed faults when there is one */
  refuseFaults(): void
}

export function createFaultReport(): FaultReport {
  const listed: FileFault[] = []
  let total = 0

  return {
    add(fault) {
      total += 1
      if (listed.length < FAULTS_LISTED) listed.push(fault)
    },

    addAll(faults, count) {
      total += count
      listed.push(...faults)
      listed.sort((a, b) => a.line - b.line)
      listed.splice(FAULTS_LISTED)
    },

    refuseFaults() {
      if (total === 0) return
      const faults = total === 1 ? 'There is 1 fault' : `There are ${total} faults`
      const shown = total > listed.length ? `, the first ${listed.length} in \`errors\`` : ', see `errors`'
      throw new commonProblems.invalid_request({
        detail: `${faults} in the file${shown}. Nothing was imported.`,
        errors: listed.map((fault) => ({ path: pathOf(fault), ...fault })),
        extensions: { errorCount: total },
      })
    },
  }
}

function pathOf({ line, column }: FileFault): string {
  return column === undefined ? `line/${line}` : `line/${line}/${column}`
}
