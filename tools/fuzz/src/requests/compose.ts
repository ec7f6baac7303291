import type { Random } from '@latchkey/harness'
import { claimsIn, mutateToken } from '../callers/bad-tokens.ts'
import type { Caller, Callers } from '../callers/caller.ts'
import { isBeyond, mayCall, neededFor } from '../callers/needed-scopes.ts'
import type { Member, Operation } from '../document/operation.ts'
import type { Goal } from '../oracle/coverage.ts'
import type { World } from '../world/world.ts'
import { newAddress } from './ask.ts'
import type { Call, Credential, Intent } from './call.ts'
import { DISTORTIONS } from './distortions.ts'
import type { Draft, Wish } from './draft.ts'
import { toRaw } from './raw.ts'
import { RECIPES, type Recipe } from './recipes.ts'
import { render } from './render.ts'

export type Composed = { readonly call: Call; readonly intent: Intent; readonly after: (() => void) | undefined }

type Dependencies = {
  readonly random: Random
  readonly callers: Callers
  readonly world: World
  readonly draft: (wish: Wish) => Draft
  /** Signs access tokens as auth-service does. */
  readonly sign: (claims: object) => string
  /** The token of a session that was ended. */
  readonly revokedToken: string
}

const NOTHING: Recipe = {}

export function createComposer({ random, callers, world, draft, sign, revokedToken }: Dependencies) {
  type Prepared = { readonly caller: Caller; readonly recipe: Recipe }

  async function prepare({ key }: Operation, caller: Caller): Promise<Prepared> {
    const make = RECIPES[key]
    if (make === undefined) return { caller, recipe: NOTHING }
    const kitchen = { random, world, callers }
    try {
      const recipe = await make(caller, kitchen)
      // Another one, where making room for what the recipe needs has ended its token.
      return { caller: await callers.find(caller.name), recipe }
    } catch {
      // The token may be dead: whoever deletes a scope ends those that name it.
      callers.suspect(caller.name)
      const again = await callers.find(caller.name)
      return { caller: again, recipe: await make(again, kitchen) }
    }
  }

  /** A caller that the operation is for. */
  async function someoneFor({ key, path }: Operation): Promise<Caller> {
    if (path.startsWith('/oauth/')) return callers.find('anonymous')
    const all = await Promise.all(callers.names.map((name) => callers.find(name)))
    return random.pick(all.filter((caller) => mayCall(key, caller) && !isBeyond(key, caller)))
  }

  /** As the document asks, but for the member of the goal. What has not been sent may come along with a member that is meant to be valid. */
  async function forGoal(goal: Goal, unsent: readonly Member[]): Promise<Composed> {
    const { operation, caller: name, member, isValid, isRefused } = goal
    const known = name === undefined ? await someoneFor(operation) : await callers.find(name)
    // What is refused before it is looked up needs nothing that exists.
    const canSucceed = isValid && !isRefused && mayCall(operation.key, known)
    const { caller, recipe } = canSucceed ? await prepare(operation, known) : { caller: known, recipe: NOTHING }
    const chosen = new Set(member ? [member] : [])
    const others = member && isValid ? unsent.filter((each) => !recipe.without?.includes(each.name)) : []
    const wanted = new Set([...chosen, ...others])
    const drafted = draft({ operation, recipe, fromPool: false, wanted, wrong: isValid ? new Set() : chosen })
    const notes: string[] = []
    const by = isRefused ? random.pick(['header', 'cookie'] as const) : goal.by
    const { headers, credential } = isRefused
      ? badCredentials(caller, by, drafted, notes)
      : credentialsOf(caller, by, drafted)
    const intent = {
      operation,
      caller: caller.name,
      credential,
      by,
      isValid,
      mayPass: mayCall(operation.key, caller),
      sent: drafted.sent,
      hasMutatedToken: drafted.hasMutatedToken,
      notes,
    }
    return { call: withHeaders(render(drafted), headers), intent, after: recipe.after }
  }

  /** Anything. */
  async function atRandom(operation: Operation): Promise<Composed> {
    const known = await callers.find(random.pick(callers.names))
    const fromPool = random.chance(0.6)
    const { caller, recipe } = fromPool ? { caller: known, recipe: NOTHING } : await prepare(operation, known)
    const wrong = new Set(
      random.chance(0.25) ? [] : operation.members.filter(() => random.chance(1.5 / (operation.members.length + 1))),
    )
    const drafted = draft({ operation, recipe, fromPool, wanted: new Set(), wrong })
    const by = random.chance(0.75) ? 'header' : 'cookie'
    const notes: string[] = []
    const isBad = random.chance(0.2)
    const { headers, credential } = isBad
      ? badCredentials(caller, by, drafted, notes)
      : credentialsOf(caller, by, drafted)
    let call = withHeaders(render(drafted), headers)
    let isForeign = Object.values(drafted.path).some((value) => value === '' || value.startsWith('.'))
    let isChanged = false
    for (let count = random.pick([0, 0, 0, 1, 1, 1, 2, 3]); count > 0; count--) {
      const distortion = random.pick(DISTORTIONS)
      call = distortion.apply(call, random)
      isForeign ||= distortion.isForeign === true
      isChanged = true
      notes.push(distortion.name)
    }
    if (random.chance(0.04)) {
      const raw = toRaw(call, random)
      call = raw.call
      isForeign = true
      notes.push(raw.how)
    }
    // A header that was put in may be a credential of its own, or take one away.
    const isCertain = !isChanged
    return {
      call,
      after: recipe.after,
      intent: {
        operation: isForeign ? undefined : operation,
        caller: caller.name,
        credential,
        by,
        isValid: isCertain && !fromPool && wrong.size === 0,
        mayPass: isCertain ? mayCall(operation.key, caller) : undefined,
        sent: isChanged ? [] : drafted.sent,
        hasMutatedToken: drafted.hasMutatedToken && !isChanged,
        notes,
      },
    }
  }

  type Headers = readonly (readonly [string, string])[]
  type Shown = { readonly headers: Headers; readonly credential: Credential }

  const common = (): Headers => [['x-forwarded-for', newAddress(random)]]

  function credentialsOf(caller: Caller, by: 'header' | 'cookie', drafted: Draft): Shown {
    const isFree = neededFor(drafted.operation.key) === 'anyone'
    const hasOwn =
      drafted.operation.path.startsWith('/oauth/') || drafted.headers.some(([name]) => name === 'authorization')
    // Pages of our own, by the header that only they can set.
    const own: Headers = by === 'cookie' || isFree ? [['x-requested-with', 'fuzz']] : []
    if (hasOwn || caller.accessToken === undefined) return { headers: [...common(), ...own], credential: 'none' }
    const shown: readonly [string, string] =
      by === 'cookie' ? ['cookie', caller.cookie ?? ''] : ['authorization', `Bearer ${caller.accessToken}`]
    return { headers: [...common(), ...own, shown], credential: 'live' }
  }

  function badCredentials(caller: Caller, by: 'header' | 'cookie', drafted: Draft, notes: string[]): Shown {
    if (drafted.operation.path.startsWith('/oauth/')) return credentialsOf(caller, by, drafted)
    const { token, how } = badToken(caller.accessToken ?? revokedToken)
    notes.push(`a token ${how}`)
    const header = Buffer.from(token).toString('latin1')
    return {
      headers: [
        ...common(),
        ['x-requested-with', 'fuzz'],
        by === 'cookie' ? ['cookie', `__Host-access=${header}`] : ['authorization', `Bearer ${header}`],
      ],
      credential: 'bad',
    }
  }

  function badToken(token: string): { token: string; how: string } {
    const claims = claimsIn(token)
    const now = Math.floor(Date.now() / 1000)
    return random.pick<() => { token: string; how: string }>([
      () => ({ token: sign({ ...claims, iat: now - 7200, exp: now - 3600 }), how: 'that has expired' }),
      () => ({ token: sign({ ...claims, iat: now + 3600, exp: now + 7200 }), how: 'of the future' }),
      () => ({ token: sign({ ...claims, iss: 'https://evil.test' }), how: 'of another issuer' }),
      () => ({ token: sign({ ...claims, aud: 'others' }), how: 'for another audience' }),
      () => ({ token: revokedToken, how: 'that was revoked' }),
      () => mutateToken(token, random),
      () => mutateToken(token, random),
      () => mutateToken(token, random),
    ])()
  }

  return { forGoal, atRandom }
}

const withHeaders = (call: Call, headers: readonly (readonly [string, string])[]): Call => ({
  ...call,
  headers: [...headers, ...call.headers],
})
