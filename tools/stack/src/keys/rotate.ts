import { sleep as sleepFor, UserFacingError } from '@latchkey/harness'
import { type KeysOptions, settleMsOf } from './options.ts'
import { type RingFile, readRingFile, writeRingFile } from './ring-file.ts'
import type { RingText } from './ring-text.ts'
import { nextStep, type Step, take } from './rotation.ts'

type Say = (text: string) => void

/** The time, and a way to wait. */
export type Clock = { now(): Date; sleep(ms: number): Promise<unknown> }

const wallClock: Clock = { now: () => new Date(), sleep: (ms) => sleepFor(ms) }
/** The ring is read again in between, as another program may change it; and a timer lasts 24 days at most. */
const LONGEST_SLEEP_MS = 60 * 60_000

/** Prints the keys, which of them signs, and the next step. */
export function show(options: KeysOptions, say: Say, { now }: Clock = wallClock): void {
  const file = readRingFile(options.file)
  say(describe(options.file, file.ring))
  say(describeNext(file, options, now()))
}

/**
 * Takes the next step of a change, or all of them with `wait`.
 *
 * @throws UserFacingError when it is too early for the step
 */
export async function rotate(options: KeysOptions, say: Say, { now, sleep }: Clock = wallClock): Promise<void> {
  const { file, wait } = options
  let announcedDue: number | undefined
  for (;;) {
    const { ring, added, changedAt } = readRingFile(file)
    const step = nextStep(ring, added, now())
    const due = dueAt(step, ring, changedAt, options)
    if (now() < due && !options.now) {
      if (!wait)
        throw new UserFacingError(`${tooEarly(step)} The step is due at ${clock(due)}; --now takes it at once.`)
      if (announcedDue !== due.getTime()) say(`Waiting until ${clock(due)} …`)
      announcedDue = due.getTime()
      await sleep(Math.min(due.getTime() - now().getTime(), LONGEST_SLEEP_MS))
      continue
    }
    const changed = take(step, ring)
    writeRingFile(file, changed, step.does === 'add' ? step.kid : undefined)
    say(done(step))
    say(describe(file, changed))
    if (step.does === 'drop') return
    if (!wait) return say(describeNext(readRingFile(file), options, now()))
  }
}

function dueAt(step: Step, ring: RingText, changedAt: Date, options: KeysOptions): Date {
  if (step.does === 'add') return new Date(0)
  const settleMs = settleMsOf(options, ring.algorithm)
  return new Date(changedAt.getTime() + (step.does === 'sign' ? settleMs : settleMs + options.tokenTtlMs))
}

function describe(file: string, { algorithm, entries }: RingText): string {
  const lines = entries.map(({ kid }, index) => `  ${kid}  ${index === 0 ? 'signs and verifies' : 'verifies'}`)
  return [`${file} (${algorithm})`, ...lines].join('\n')
}

function done(step: Step): string {
  if (step.does === 'add') return `Added the key ${step.kid}: it verifies, and does not sign yet.`
  if (step.does === 'sign') return `The key ${step.kid} signs from now on. The earlier keys still verify.`
  return `Dropped ${step.kids.join(', ')}: the change is complete.`
}

function describeNext({ ring, added, changedAt }: RingFile, options: KeysOptions, now: Date): string {
  const step = nextStep(ring, added, now)
  const due = dueAt(step, ring, changedAt, options)
  const from = due > now ? `, from ${clock(due)} on` : ''
  if (step.does === 'add') return 'Next: nothing to do. `npm run keys -- rotate` starts a change.'
  if (step.does === 'sign') {
    return `Next: make sure that every service has this ring, then \`npm run keys -- rotate\` makes ${step.kid} sign${from}.`
  }
  return `Next: when the last token of the old key has expired, \`npm run keys -- rotate\` drops ${step.kids.join(', ')}${from}.`
}

function tooEarly(step: Step): string {
  return step.does === 'sign'
    ? `It is too early to sign with ${step.kid}: services may not have read it yet.`
    : 'It is too early to drop the old keys: tokens that they signed are still valid.'
}

const clock = (time: Date): string => time.toISOString().replace(/\.\d+/, '')
