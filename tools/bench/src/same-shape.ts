/**
 * Checks that two JSON texts have the same members: a target that sends less does less work.
 *
 * @throws with both texts when they differ
 */
export function assertSameShape(a: string, b: string): void {
  if (shapeOf(JSON.parse(a)) !== shapeOf(JSON.parse(b))) throw new Error(`responses differ in shape:\n${a}\n${b}`)
}

function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shapeOf).join()}]`
  if (typeof value !== 'object' || value === null) return ''
  return `{${Object.entries(value)
    .map(([name, member]) => name + shapeOf(member))
    .sort()
    .join()}}`
}
