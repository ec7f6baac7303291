import { delimiter } from 'node:path'
import { repository } from '../../src/repository.ts'

// What says where the registry is, and how to get there.
const NEEDED =
  /^(?:HOME|TMPDIR|LANG|(?:HTTPS?|NO)_PROXY|NODE_EXTRA_CA_CERTS|npm_config_(?:registry|cache|userconfig|globalconfig|cafile))$/i

/**
 * The command line that runs a program in a plain environment: all else that npm sets for scripts, and we for tests, stays out.
 * By env(1), since tap puts its NODE_OPTIONS into whatever environment a child process is given.
 */
export function plainly(command: string, args: string[], environment: Record<string, string> = {}): [string, string[]] {
  const path = (process.env.PATH ?? '').split(delimiter).filter((each) => !each.startsWith(repository))
  const kept = Object.entries(process.env).filter(([name]) => NEEDED.test(name))
  const variables = Object.entries({ ...Object.fromEntries(kept), PATH: path.join(delimiter), ...environment })
  return ['env', ['-i', ...variables.map(([name, value]) => `${name}=${value}`), command, ...args]]
}
