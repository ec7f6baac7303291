import fc from 'fast-check'

/** Addresses and links are named by numbers, which count among those that there are. */
export type Command =
  | { readonly kind: 'request'; readonly to: number }
  | { readonly kind: 'confirm'; readonly link: number; readonly by: 'password' | 'session' | 'stranger' }
  | { readonly kind: 'undo'; readonly link: number }
  | { readonly kind: 'reset'; readonly link: number }
  | { readonly kind: 'administrator_sets'; readonly to: number }
  | { readonly kind: 'administrator_resets' }
  | { readonly kind: 'change_password' }
  | { readonly kind: 'disable' }
  | { readonly kind: 'enable' }
  | { readonly kind: 'other_takes'; readonly to: number }

const to = fc.nat(3)
/** Newer links are the more interesting ones: 0 is the newest of its purpose. */
const link = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(6) })
const by = fc.constantFrom('password' as const, 'session' as const, 'stranger' as const)

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('request' as const), to }) },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('confirm' as const), link, by }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('undo' as const), link }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reset' as const), link }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('administrator_sets' as const), to }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('administrator_resets' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change_password' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disable' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('enable' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('other_takes' as const), to }) },
)

export const histories = fc.record({
  isVerified: fc.boolean(),
  commands: fc.array(command, { minLength: 4, maxLength: 18 }),
})
