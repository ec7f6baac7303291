/** Milliseconds since the program started, on a clock that nobody sets; to a tenth. */
export const clock = (): number => Math.round(performance.now() * 10) / 10
