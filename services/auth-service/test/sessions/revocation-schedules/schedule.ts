import fc from 'fast-check'

/**
 * What may happen to one user's sessions. `session` counts those that may be alive, newest first, then those that are
 * over; `token` counts back from the newest; `device` names one of few.
 */
export type Command =
  /** `hashing` is the time from reading the account to the end of the password check, in milliseconds. */
  | { readonly kind: 'sign_in'; readonly device: number; readonly hashing: number }
  | { readonly kind: 'refresh'; readonly session: number; readonly token: number }
  /** A refresh with a token that can only be a copy, once the session has been refreshed. */
  | { readonly kind: 'steal'; readonly session: number }
  /** What every call under an access token begins with. */
  | { readonly kind: 'check'; readonly session: number }
  | { readonly kind: 'sign_out'; readonly session: number; readonly token: number }
  | { readonly kind: 'revoke'; readonly device: number; readonly reason: 'revoked_by_user' | 'revoked_by_admin' }
  | { readonly kind: 'revoke_all'; readonly reason: 'signed_out_everywhere' | 'revoked_by_admin' }
  | { readonly kind: 'change_password'; readonly session: number }
  | { readonly kind: 'set_status'; readonly status: 'active' | 'disabled' }
  | { readonly kind: 'rename'; readonly by: 'owner' | 'administrator' }

/** A command, the replica that gets it, how long after its batch it starts, and its pauses. Milliseconds. */
export type Step = {
  readonly command: Command
  readonly replica: 0 | 1
  readonly delay: number
  readonly pauses: readonly number[]
}

/** Batches follow each other; the steps of one run in parallel. */
export type Schedule = readonly (readonly Step[])[]

const DEVICES = 4
/** Fewer than devices, so that sign-ins must make room. */
export const DEVICE_LIMIT = 2

const session = fc.nat({ max: 4 })
const token = fc.nat({ max: 2 })
const device = fc.nat({ max: DEVICES - 1 })
const kind = <Kind extends Command['kind']>(name: Kind) => fc.constant(name)

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: kind('refresh'), session, token }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('sign_in'), device, hashing: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('steal'), session }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('check'), session }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('sign_out'), session, token }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('revoke'),
      device,
      reason: fc.constantFrom('revoked_by_user', 'revoked_by_admin'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('revoke_all'),
      reason: fc.constantFrom('signed_out_everywhere', 'revoked_by_admin'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('change_password'), session }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('set_status'), status: fc.constantFrom('active', 'active', 'disabled') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('rename'), by: fc.constantFrom('owner', 'administrator') }) },
)

const replica = fc.constantFrom(0, 1)
const pause = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
)

const step = fc.record({
  command,
  replica,
  delay: fc.integer({ min: 0, max: 4 }),
  pauses: fc.array(pause, { maxLength: 12 }),
})

const alone = (command: Command): Step[] => [{ command, replica: 0, delay: 0, pauses: [] }]

/** Some devices sign in one after the other, then anything may happen. */
export const schedules: fc.Arbitrary<Schedule> = fc
  .tuple(
    fc.integer({ min: 1, max: DEVICE_LIMIT }),
    fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
  )
  .map(([signedIn, batches]) => [
    ...Array.from({ length: signedIn }, (_, device) => alone({ kind: 'sign_in', device, hashing: 0 })),
    ...batches,
  ])
