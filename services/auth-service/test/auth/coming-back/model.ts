/** What the links of one account come to, in plain rules and independent of how they are stored. */
export type ModelLink = {
  readonly purpose: 'email_change' | 'email_undo' | 'password_reset'
  /** The address that it leads to, or that it goes to. */
  readonly address: string
  /** How often the address had changed when it was made. */
  readonly madeAfter: number
  isDead: boolean
}

/** 2xx, or the code of a refusal. */
export type Answer = 'ok' | string

const UNDO_LINKS_AN_HOUR = 3
const RESETS_AN_HOUR = 3

export function createModel(address: string, isVerified: boolean, password: string) {
  const links: ModelLink[] = []
  const taken = new Set<string>()
  const undoMails = new Map<string, number>()
  let resets = 0
  let changes = 0
  /** Verified addresses that the owner has left since an administrator set the address, the first in front. */
  let former: string[] = []
  const account = { address, isVerified, isDisabled: false, password: password as string | undefined }

  const make = (purpose: ModelLink['purpose'], to: string) =>
    links.push({ purpose, address: to, madeAfter: changes, isDead: false })
  function kill(which: (link: ModelLink) => boolean = () => true): void {
    for (const link of links) if (which(link)) link.isDead = true
  }
  const dependOnPassword = ({ purpose }: ModelLink): boolean => purpose !== 'email_undo'
  const isInvalid = (link: ModelLink, purpose: ModelLink['purpose']): boolean =>
    link.purpose !== purpose || link.isDead || account.isDisabled
  const announce = (mailboxes: readonly string[]): void => {
    for (const mailbox of mailboxes) {
      make('email_undo', mailbox)
      undoMails.set(mailbox, (undoMails.get(mailbox) ?? 0) + 1)
    }
  }
  /** The present address, where it may take the account back. */
  const proved = (): string[] => (account.isVerified ? [account.address] : [])
  const canSignIn = (): boolean => !account.isDisabled && account.password !== undefined

  return {
    account,
    links,
    canSignIn,

    request(to: string): Answer {
      if (to === account.address) return 'ok'
      const mailboxes = [...former, ...proved()]
      if (mailboxes.some((each) => (undoMails.get(each) ?? 0) >= UNDO_LINKS_AN_HOUR)) return 'too_many_requests'
      kill(({ purpose }) => purpose === 'email_change')
      make('email_change', to)
      announce(mailboxes)
      return 'ok'
    },

    confirm(link: ModelLink, isOwner: boolean): Answer {
      if (isInvalid(link, 'email_change')) return 'invalid_link'
      if (!isOwner) return 'sign_in_required'
      if (taken.has(link.address)) return 'email_taken'
      const announcements = links.filter(({ purpose, madeAfter }) => purpose === 'email_undo' && madeAfter === changes)
      // It was verified after the change was asked for.
      if (!announcements.some(({ address }) => address === account.address)) announce(proved())
      former = [...former, ...proved()].filter((each) => each !== link.address)
      account.address = link.address
      account.isVerified = true
      kill(dependOnPassword)
      // Those that announced this change go on.
      kill(({ madeAfter }) => madeAfter < changes)
      changes++
      return 'ok'
    },

    undo(link: ModelLink): Answer {
      if (isInvalid(link, 'email_undo')) return 'invalid_link'
      const index = former.indexOf(link.address)
      if (index >= 0) {
        account.address = link.address
        former = former.slice(0, index)
      }
      account.password = undefined
      kill()
      changes++
      announce(former)
      make('password_reset', account.address)
      return 'ok'
    },

    administratorSets(to: string): Answer {
      if (taken.has(to)) return 'email_taken'
      account.isVerified = true
      if (to === account.address) return 'ok'
      account.address = to
      former = []
      kill()
      changes++
      return 'ok'
    },

    administratorResets(): Answer {
      if (account.isDisabled) return 'account_disabled'
      if (resets >= RESETS_AN_HOUR) return 'too_many_requests'
      resets++
      make('password_reset', account.address)
      return 'ok'
    },

    reset(link: ModelLink, password: string): Answer {
      if (isInvalid(link, 'password_reset')) return 'invalid_link'
      account.password = password
      account.isVerified = true
      kill(dependOnPassword)
      return 'ok'
    },

    changePassword(password: string): Answer {
      account.password = password
      kill(dependOnPassword)
      return 'ok'
    },

    disable(): Answer {
      if (!account.isDisabled) kill(dependOnPassword)
      account.isDisabled = true
      return 'ok'
    },

    enable(): Answer {
      account.isDisabled = false
      return 'ok'
    },

    /** Another person takes an address for an account of their own. */
    isTakenByOther(to: string): boolean {
      if (taken.has(to) || to === account.address || former.includes(to)) return false
      taken.add(to)
      return true
    },
  }
}
