import { domainToASCII } from 'node:url'

/** @param domains in ASCII and lower case; undefined allows any. A subdomain is another domain. */
export function isOfDomains(email: string, domains: readonly string[] | undefined): boolean {
  return domains === undefined || domains.includes(domainToASCII(email.slice(email.lastIndexOf('@') + 1)))
}
