/** Of an account that was just invited: hr, who waits for its owner, sees the link within seconds. */
const SHORTEST_SECONDS = 3
/** An invitation is open for days; who looks at it, or signs in, has it checked at once. */
const LONGEST_SECONDS = 300
/** The pause grows with the age of the invitation: what is accepted after an hour is seen within three minutes. */
const SHARE_OF_AGE = 0.05
/** However many are open, all replicas together ask so often on average. */
const CHECKS_PER_SECOND = 20

/**
 * How long to wait before auth-service is asked again whether an invitation was accepted. A thousand that are open cost it 3 to 20
 * requests a second, each a look at one row.
 * @param ageMs since the link was sent
 * @param open how many invitations are open
 */
export function checkPauseSeconds(ageMs: number, open: number): number {
  const wished = Math.max(SHORTEST_SECONDS, (ageMs / 1000) * SHARE_OF_AGE, open / CHECKS_PER_SECOND)
  return Math.min(wished, LONGEST_SECONDS)
}
