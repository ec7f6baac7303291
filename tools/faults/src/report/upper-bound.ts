/**
 * With 95 % confidence there are fewer than this many events where so many were counted (Wilson and Hilferty's
 * approximation of the Poisson limit); for none it is the rule of three.
 */
export function upperBound(count: number): number {
  const k = count + 1
  return k * (1 - 1 / (9 * k) + 1.645 / (3 * Math.sqrt(k))) ** 3
}
