/** The option by which tap sees, and measures, whatever Node program a test starts. */
const OPTION_OF_TAP = /"?--import=[^"\s]*@tapjs[^"\s]*"?/

/** A program that runs on our Node, as processes are started. */
export type NodeCommand = {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Runs a program of this repository with nothing of our environment but PATH, what says how its packages resolve, and the cache of
 * compiled code. A test starts it out of tap's sight: to measure its coverage takes a fifth more CPU time, and a test that kills it
 * loses that anyway. By env(1), since tap adds its option to whatever environment a child process is given.
 */
export function plainNode(program: readonly string[], environment: NodeCommand['env'] = {}): NodeCommand {
  const { PATH, NODE_OPTIONS = '', NODE_COMPILE_CACHE } = process.env
  const options = NODE_OPTIONS.replace(OPTION_OF_TAP, '').trim()
  const env = { PATH, NODE_COMPILE_CACHE, ...environment, NODE_OPTIONS: options }
  const commandLine = [process.execPath, ...program]
  return options === NODE_OPTIONS.trim()
    ? { command: process.execPath, args: program, env }
    : { command: 'env', args: [`NODE_OPTIONS=${options}`, ...commandLine], env }
}
