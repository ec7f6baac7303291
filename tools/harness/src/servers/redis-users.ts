import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Users of Redis with least rights: of auth-service, and of whoever follows the feed of revocations. */
export type RedisUser = 'auth-service' | 'verifier'

/** Letters, digits, `-` and `_`. */
export type RedisPasswords = Readonly<Record<RedisUser, string>>

const ACL_FILE = new URL('../../../../deploy/redis/users.acl', import.meta.url)

/**
 * The users as lines of a configuration, with the rights that `deploy/redis/users.acl` gives them.
 * @param feeds a pattern of keys that the verifier reads beside the feed, for tests with feeds of their own
 */
export function redisUserLines(passwords: RedisPasswords, feeds?: string): string[] {
  const rights = new Map(
    readFileSync(ACL_FILE, 'utf8')
      .split('\n')
      .map((line) => [line.split(' ')[1], line]),
  )
  return (['auth-service', 'verifier'] as const).map((user) => {
    const more = user === 'verifier' && feeds !== undefined ? ` %R~${feeds}` : ''
    return `${rights.get(user)}${more} #${createHash('sha256').update(passwords[user]).digest('hex')}`
  })
}

/** The same servers for another user, with the same password unless given. */
export const redisUrlFor = (user: RedisUser, url: string, password?: string): string =>
  url
    .split(',')
    .map((each) => {
      const address = new URL(each)
      address.username = user
      if (password !== undefined) address.password = password
      return address.href
    })
    .join()
