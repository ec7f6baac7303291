import { type Action, OTHER } from './action.ts'

type Account = {
  readonly address: string
  status: 'invited' | 'active' | 'disabled'
  link: boolean
  wasActive: boolean
}
type Seen = { state: string; lastError: string | null; hasAccount: boolean }

/** One person as the contract has it: no requests, no retries, no workers. */
export class Expected {
  employee: 'none' | 'active' | 'terminated' = 'none'
  /** Changes of address so far. */
  moves = 0
  invitation: Seen = NONE
  linked: Account | undefined
  readonly accounts = new Map<string, Account>()
  /** Accounts that were made for this employment. */
  private made = new Set<Account>()
  private current: Account | undefined

  private readonly name: string

  constructor(name: string) {
    this.name = name
    this.accounts.set(this.address(OTHER), {
      address: this.address(OTHER),
      status: 'active',
      link: false,
      wasActive: true,
    })
  }

  address(n: number | typeof OTHER = this.moves): string {
    return `${this.name}-${n}@corp.test`
  }

  get account(): Account | undefined {
    return this.accounts.get(this.address())
  }

  apply(action: Action): void {
    this[action]()
  }

  hire(): void {
    if (this.employee !== 'none') return
    this.employee = 'active'
    this.invitation = NONE
  }

  invite(): void {
    if (this.employee !== 'active' || this.linked) return
    const { state, lastError } = this.invitation
    const isRepeated = state === 'invited' || (state === 'failed' && !isFinal(lastError))
    const known = isRepeated ? this.current : undefined
    if (known && this.accounts.get(known.address) === known) {
      if (known.status === 'invited') known.link = true
      this.look(known)
    } else this.make()
  }

  private make(): void {
    const address = this.address()
    const taken = this.accounts.get(address)
    const made: Account = { address, status: 'invited', link: true, wasActive: false }
    this.current = taken ? undefined : made
    this.invitation = NONE
    if (taken) this.fail(taken.status === 'disabled' ? 'account_disabled' : 'account_exists')
    else {
      this.accounts.set(address, made)
      this.made.add(made)
      this.look(made)
    }
  }

  lose(): void {
    this.invite()
  }

  accept(): void {
    const account = this.account
    if (account?.status !== 'invited' || !account.link) return
    account.status = 'active'
    account.wasActive = true
    this.look(account)
  }

  withdraw(): void {
    const account = this.account
    if (account?.status !== 'invited') return
    this.accounts.delete(account.address)
    if (this.waitsFor(account)) this.fail('invitation_withdrawn')
  }

  expire(): void {
    const account = this.account
    if (account?.status !== 'invited' || !account.link) return
    account.link = false
    if (this.waitsFor(account)) this.fail('invitation_expired')
  }

  disable(): void {
    const account = this.account
    if (!account) return
    this.shut(account)
    if (this.waitsFor(account)) this.fail('account_disabled')
  }

  enable(): void {
    const account = this.account
    if (account?.status === 'disabled') account.status = account.wasActive ? 'active' : 'invited'
  }

  terminate(): void {
    if (this.employee !== 'active') return
    this.employee = 'terminated'
    this.leave()
  }

  remove(): void {
    if (this.employee === 'none') return
    this.employee = 'none'
    // What was enabled since the termination is disabled once more, if it is linked.
    this.leave()
    this.linked = undefined
  }

  rehire(): void {
    if (this.employee === 'terminated') this.employee = 'active'
  }

  move(): void {
    if (this.employee === 'none') return
    this.moves++
    this.supersede('email_changed')
  }

  /** Of a person who has left, a link would wait for the next termination. */
  linkOther(): void {
    if (this.employee !== 'active') return
    const other = this.accounts.get(this.address(OTHER))
    if (this.linked === other) return
    this.linked = other
    this.supersede('already_linked')
  }

  unlink(): void {
    if (this.employee !== 'none') this.linked = undefined
  }

  private waitsFor(account: Account): boolean {
    return this.invitation.state === 'invited' && this.current === account
  }

  /** What comes of looking at the account of an open invitation. */
  private look(account: Account): void {
    if (this.current !== account || this.employee !== 'active') return
    if (this.invitation.state === 'failed' && isFinal(this.invitation.lastError)) return
    if (account.status === 'disabled') this.fail('account_disabled')
    else if (account.status === 'invited') {
      this.invitation = { state: 'invited', lastError: null, hasAccount: true }
    } else {
      this.invitation = { state: 'accepted', lastError: null, hasAccount: true }
      this.linked = account
    }
  }

  private fail(lastError: string): void {
    this.invitation = { state: 'failed', lastError, hasAccount: this.current !== undefined }
  }

  /** The account that was made is of no use any more. */
  private supersede(lastError: string): void {
    const { state, lastError: before } = this.invitation
    const mayBeRepeated = state === 'failed' && !isFinal(before)
    const isBesideLink = this.current !== undefined || lastError === 'email_changed'
    if (state !== 'invited' && !(mayBeRepeated && isBesideLink)) return
    this.fail(lastError)
    this.shutIfThere(this.current)
  }

  private leave(): void {
    for (const account of this.made) this.shutIfThere(account)
    this.shutIfThere(this.linked)
    this.made = new Set()
    this.current = undefined
    this.invitation = NONE
  }

  private shutIfThere(account: Account | undefined): void {
    if (account && this.accounts.get(account.address) === account) this.shut(account)
  }

  private shut(account: Account): void {
    account.status = 'disabled'
    account.link = false
  }
}

const NONE: Seen = { state: 'none', lastError: null, hasAccount: false }
const isFinal = (error: string | null): boolean => error === 'email_changed' || error === 'already_linked'
