import { invalidInput } from '@latchkey/problems'
import type { ExpectedVersions } from '../employees/employee-service.ts'

/** RFC 9110, section 8.8.3; with the comma or the end that must follow it in a list. */
const LISTED_TAG = /[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/y

const MAX_VERSION = 2 ** 31 - 1

/** The strong entity tag of an employee's version. */
export function entityTag(version: number): string {
  return `"${version}"`
}

/** For If-None-Match alone, where the address does not name the employee. */
export function ownEntityTag({ id, version }: { id: string; version: number }): string {
  return `"${id}.${version}"`
}

/**
 * The versions that If-Match asks for (RFC 9110, section 13.1.1, strong comparison). Undefined when there is no such
 * header or it is `*`; empty when none of its tags can be one of ours.
 */
export function expectedVersions(ifMatch: string | undefined): ExpectedVersions {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  const tags = parseTags(ifMatch)
  if (tags === undefined) {
    throw invalidInput({ path: 'headers/if-match', message: 'must be * or a list of entity tags like "1"' })
  }
  return tags.flatMap(({ weak, text }) => (weak ? [] : versionsOf(text)))
}

/**
 * Whether If-Match names a tag of ours that something on the way has changed: proxies that compress weaken it (`W/"1"`), or append the
 * coding (`"1-gzip"`).
 */
export function namesChangedTag(ifMatch: string): boolean {
  const isChanged = { weak: /^[1-9]\d{0,9}$/, strong: /^[1-9]\d{0,9}[-.:;]+[a-z]+$/i }
  return (parseTags(ifMatch) ?? []).some(({ weak, text }) => isChanged[weak ? 'weak' : 'strong'].test(text))
}

/** Whether If-None-Match names this tag (RFC 9110, section 13.1.2, weak comparison); a malformed header names none. */
export function namesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return (parseTags(ifNoneMatch) ?? []).some(({ text }) => `"${text}"` === tag)
}

function parseTags(list: string): { weak: boolean; text: string }[] | undefined {
  const tags = []
  LISTED_TAG.lastIndex = 0
  while (LISTED_TAG.lastIndex < list.length) {
    const match = LISTED_TAG.exec(list)
    if (match === null) return undefined
    tags.push({ weak: match[1] !== undefined, text: match[2] ?? '' })
  }
  return tags.length > 0 ? tags : undefined
}

function versionsOf(text: string): number[] {
  const version = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN
  return version <= MAX_VERSION ? [version] : []
}
