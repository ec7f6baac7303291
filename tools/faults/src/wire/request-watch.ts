/** A request of a call and its number among the same ones of that call: the same wherever the call is made. */
export type Step = string

/** What a tap asks for each request: whether its reply is to be lost. */
export type RequestWatch = { onRequest(request: string): boolean }

/** Watches what a service asks a store, one call at a time. */
export type StepWatch = RequestWatch & {
  /** Begins to note the steps; the function that it returns ends that. */
  record(): () => readonly Step[]
  /** The reply to this step of what is asked from now on is lost. */
  lose(step: Step): ArmedLoss
}

export type ArmedLoss = { wasLost(): boolean; cancel(): void }

export function createStepWatch(): StepWatch {
  let counts = new Map<string, number>()
  let noted: Step[] | undefined
  let wanted: { readonly step: Step; lose(): void } | undefined
  return {
    onRequest(request) {
      const count = (counts.get(request) ?? 0) + 1
      counts.set(request, count)
      const step = `${request} #${count}`
      noted?.push(step)
      if (wanted?.step !== step) return false
      wanted.lose()
      wanted = undefined
      return true
    },
    record() {
      counts = new Map()
      const own: Step[] = []
      noted = own
      return () => {
        noted = undefined
        return own
      }
    },
    lose(step) {
      counts = new Map()
      let wasLost = false
      const own = {
        step,
        lose() {
          wasLost = true
        },
      }
      wanted = own
      return {
        wasLost: () => wasLost,
        cancel() {
          if (wanted === own) wanted = undefined
        },
      }
    },
  }
}

/** The steps that two at least of several calls took, in the order in which they were met: what else a service does in that time is not among them. */
export function usualSteps(calls: readonly (readonly Step[])[]): readonly Step[] {
  const met = [...new Set(calls.flat())]
  return met.filter((step) => calls.filter((steps) => steps.includes(step)).length > 1)
}
