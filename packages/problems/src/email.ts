import { domainToASCII } from 'node:url'

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const DOMAIN_LABEL = /^[a-z0-9-]{1,63}$/i

/** An address in the dot-atom form of RFC 5321 with its lengths, and a domain of at least two labels. In parts, each linear on hostile input. */
export function isEmail(text: string): boolean {
  if (text.length > 254) return false
  const at = text.lastIndexOf('@')
  if (at < 1 || at > 64 || !LOCAL_PART.test(text.slice(0, at))) return false
  const labels = text.slice(at + 1).split('.')
  return labels.length >= 2 && labels.every(isDomainLabel)
}

/** Letters, digits, hyphens, joiners and every full stop. `domainToASCII` would drop line ends and decode `%61`, as in a URL. */
const INTERNATIONAL = /^[\u200d\u200c\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u

const isAscii = (text: string): boolean => !/\P{ASCII}/u.test(text)

/** Longer texts are no addresses, even without outer spaces. */
const LONGEST_TYPED = 1000

/**
 * An address as it is stored and compared: without the spaces that keyboards add around it, and with an international domain as its
 * A-label (UTS 46), so that both spellings are one address. What is no address stays as it is; {@link isEmail} refuses it.
 */
export function normalizeEmail(text: string): string {
  const trimmed = withoutOuterSpaces(text)
  const domain = trimmed.slice(trimmed.lastIndexOf('@') + 1)
  if (trimmed.length > LONGEST_TYPED || isAscii(domain) || !INTERNATIONAL.test(domain)) return trimmed
  const ascii = domainToASCII(domain)
  return ascii === '' ? trimmed : trimmed.slice(0, -domain.length) + ascii
}

/** A text to search for, with the addresses in it as they are stored. */
export const normalizeEmailsIn = (text: string): string => text.replace(/[^\s@]+@[^\s@]+/g, normalizeEmail)

/** A domain of addresses as {@link normalizeEmail} writes it, in lower case; undefined for what is none. */
export function normalizeDomain(text: string): string | undefined {
  const address = normalizeEmail(`a@${text}`)
  return isEmail(address) ? address.slice('a@'.length).toLowerCase() : undefined
}

/** Spaces and invisible format characters, as chat programs put around a copied address. Line ends and control characters are faults. */
export function withoutOuterSpaces(text: string): string {
  const isPlain = text.length <= LONGEST_TYPED && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)
  return isPlain ? text.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '') : text
}

/**
 * A name as it is typed to sign in, or pasted out of a table: no account has a name with any of this around it, so that nobody else can be
 * meant.
 */
export function typedName(text: string): string {
  return text.length <= LONGEST_TYPED ? text.replace(/^[\s\p{Cf}\p{Cc}]+|[\s\p{Cf}\p{Cc}]+$/gu, '') : text
}

function isDomainLabel(label: string): boolean {
  return DOMAIN_LABEL.test(label) && !label.startsWith('-') && !label.endsWith('-')
}
