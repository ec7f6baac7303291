import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from '../stack-error.ts'
import type { KeysOptions } from './options.ts'
import { readRingFile, writeRingFile } from './ring-file.ts'
import type { RingText } from './ring-text.ts'
import { nextStep, type Step, take } from './rotation.ts'

type Say = (text: string) => void

/** Which keys are there, which signs, and what comes next. */
export function show({ file, ...times }: KeysOptions, say: Say): void {
  const { ring, changedAt } = readRingFile(file)
  say(describe(file, ring))
  say(describeNext(nextStep(ring, new Date()), dueAt(nextStep(ring, new Date()), changedAt, times)))
}

/**
 * Takes the next step of a change, or all of them with `--wait`.
 *
 * @throws StackError while the time of the step has not come
 */
export async function rotate(options: KeysOptions, say: Say, now: () => Date = () => new Date()): Promise<void> {
  const { file, wait } = options
  for (;;) {
    const { ring, changedAt } = readRingFile(file)
    const step = nextStep(ring, now())
    const due = dueAt(step, changedAt, options)
    if (now() < due && !options.now) {
      if (!wait) throw new StackError(`${tooEarly(step)} Its time comes at ${clock(due)}; --now does it all the same.`)
      say(`Waiting until ${clock(due)} …`)
      await sleep(due.getTime() - now().getTime())
      // Somebody else may have changed the ring meanwhile.
      continue
    }
    const changed = take(step, ring)
    writeRingFile(file, changed)
    say(done(step))
    say(describe(file, changed))
    if (step.does === 'drop') return
    if (!wait) return say(describeNext(nextStep(changed, now()), dueAt(nextStep(changed, now()), now(), options)))
  }
}

function dueAt(
  step: Step,
  changedAt: Date,
  { settleMs, tokenLifeMs }: Pick<KeysOptions, 'settleMs' | 'tokenLifeMs'>,
): Date {
  if (step.does === 'add') return new Date(0)
  return new Date(changedAt.getTime() + (step.does === 'sign' ? settleMs : settleMs + tokenLifeMs))
}

function describe(file: string, { algorithm, entries }: RingText): string {
  const lines = entries.map(({ kid }, index) => `  ${kid}  ${index === 0 ? 'signs and verifies' : 'verifies'}`)
  return [`${file} (${algorithm})`, ...lines].join('\n')
}

function done(step: Step): string {
  if (step.does === 'add') return `Added the key ${step.kid}: it verifies, and does not sign yet.`
  if (step.does === 'sign') return `The key ${step.kid} signs from now on. Those before it still verify.`
  return `Dropped ${step.kids.join(', ')}: the change is complete.`
}

function describeNext(step: Step, due: Date): string {
  const from = due > new Date() ? `, from ${clock(due)} on` : ''
  if (step.does === 'add') return 'Next: nothing has to be done. `npm run keys -- rotate` begins a change.'
  if (step.does === 'sign') {
    return `Next: see to it that every service has this ring, then \`npm run keys -- rotate\` lets ${step.kid} sign${from}.`
  }
  return `Next: when the last token of the old key has expired, \`npm run keys -- rotate\` drops ${step.kids.join(', ')}${from}.`
}

function tooEarly(step: Step): string {
  return step.does === 'sign'
    ? `It is too early to sign with ${step.kid}: services may not have read of it yet.`
    : 'It is too early to drop the old keys: tokens that they signed are still good.'
}

const clock = (time: Date): string => time.toISOString().replace(/\.\d+/, '')
