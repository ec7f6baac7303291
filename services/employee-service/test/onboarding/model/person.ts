import type { ServicePair } from '../../support/service-pair.ts'
import { type Action, OTHER } from './action.ts'

/** The same person at the real services. Actions that make no sense now do nothing, as in the model. */
export class Person {
  private employee: ReturnType<ServicePair['person']> | undefined
  private hiring: ReturnType<ServicePair['employ']> | undefined
  private hasLeft = false
  private moves = 0
  private otherId = ''
  /** Tokens that signing in gave, by address. */
  readonly tokens: { readonly address: string; readonly text: string }[] = []

  private readonly pair: ServicePair
  readonly name: string

  constructor(pair: ServicePair, name: string) {
    this.pair = pair
    this.name = name
  }

  async begin(): Promise<void> {
    this.otherId = (await this.pair.makeAccount(this.address(OTHER))).id
  }

  address(n: number | typeof OTHER = this.moves): string {
    return `${this.name}-${n}@corp.test`
  }

  addresses(): string[] {
    return [...Array(this.moves + 1).keys()].map((n) => this.address(n))
  }

  async apply(action: Action): Promise<void> {
    await this[action]()
  }

  /** Two callers who hire at once share one request: the second would be told `email_taken`. */
  async hire(): Promise<void> {
    if (this.employee !== undefined) return
    this.hiring ??= this.pair.employ({ email: this.address() })
    this.employee = await this.hiring
    this.hiring = undefined
  }

  async invite(): Promise<void> {
    // No test here is about how many mails a mailbox gets.
    await this.pair.auth.database.pool.query('delete from mail_quotas')
    await this.employee?.invite()
  }

  async lose(): Promise<void> {
    const reply = this.pair.relay.loseReply({ to: 'POST /admin/users' })
    await this.invite()
    setTimeout(reply.cancel, 500)
  }

  /** By any link that ever came. @returns whether one was good */
  async accept(): Promise<boolean> {
    const address = this.address()
    for (const token of this.pair.mailbox.tokensTo(address).reverse()) {
      const { status, body } = await this.pair.auth.accept(token)
      if (status !== 200) continue
      this.tokens.push({ address, text: String(body.accessToken) })
      return true
    }
    return false
  }

  async withdraw(): Promise<void> {
    await this.pair.withdraw(this.address())
  }

  async expire(): Promise<void> {
    await this.pair.expire(this.address())
  }

  async disable(): Promise<void> {
    await this.pair.setStatus(this.address(), 'disabled')
  }

  async enable(): Promise<void> {
    await this.pair.setStatus(this.address(), 'active')
  }

  async terminate(): Promise<void> {
    await this.employee?.terminate()
    this.hasLeft = this.employee !== undefined
  }

  async remove(): Promise<void> {
    const removed = this.employee
    await removed?.remove()
    // Another caller may have removed them too, and hired them again since.
    if (this.employee !== removed) return
    this.employee = undefined
    this.hasLeft = false
  }

  async rehire(): Promise<void> {
    await this.employee?.change({ status: 'active' })
    this.hasLeft = false
  }

  async move(): Promise<void> {
    if (this.employee === undefined) return
    this.moves++
    await this.employee.change({ email: this.address() })
  }

  async linkOther(): Promise<void> {
    if (!this.hasLeft) await this.employee?.link(this.otherId)
  }

  async unlink(): Promise<void> {
    await this.employee?.link(null)
  }

  async seen() {
    const accounts: Record<string, string> = {}
    for (const address of [...this.addresses(), this.address(OTHER)]) {
      const account = await this.pair.accountOf(address)
      if (account) accounts[address] = account.status
    }
    const [invitation, employee] = [await this.employee?.invitation(), await this.employee?.employee()]
    return {
      state: invitation?.state ?? 'none',
      lastError: invitation?.lastError ?? null,
      hasAccount: (invitation?.userId ?? null) !== null,
      isLinked: (employee?.userId ?? null) !== null,
      accounts,
    }
  }
}
