/** Runs one step and prints a line about it; a string that it returns is a remark. */
export async function step(title: string, action: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  const seconds = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`.padStart(8)
  try {
    const remark = await action()
    console.log(`ok   ${seconds()}  ${title}${typeof remark === 'string' && remark !== '' ? `: ${remark}` : ''}`)
  } catch (error) {
    console.log(`FAIL ${seconds()}  ${title}`)
    throw error
  }
}
