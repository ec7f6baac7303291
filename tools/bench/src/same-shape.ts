/**
 * Makes sure that two JSON answers have the same members: a peer that answers less would be no peer.
 *
 * @throws with both answers when they differ
 */
export function assertSameShape(a: string, b: string): void {
  if (shapeOf(JSON.parse(a)) !== shapeOf(JSON.parse(b))) throw new Error(`answers differ in shape:\n${a}\n${b}`)
}

function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shapeOf).join()}]`
  if (typeof value !== 'object' || value === null) return ''
  return `{${Object.entries(value)
    .map(([name, member]) => name + shapeOf(member))
    .sort()
    .join()}}`
}
