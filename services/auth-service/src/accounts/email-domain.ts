/**
 * @param email as it is stored
 * @param domains in ASCII and lower case; undefined allows any. A subdomain is another domain.
 */
export function isOfDomains(email: string, domains: readonly string[] | undefined): boolean {
  return domains === undefined || domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase())
}
