import { parseArgs } from 'node:util'
import { CommandError } from './command-error.ts'

export type Command =
  | { readonly name: 'reset-password'; readonly email: string }
  | { readonly name: 'grant-role'; readonly role: string; readonly to: Grantees; readonly isDryRun: boolean }
  | { readonly name: 'verify-all' }
  | { readonly name: 'reconcile'; readonly isForced: boolean }
  | { readonly name: 'help' }

/** One account, those that an employee is linked to, or all. */
export type Grantees = { readonly email: string } | 'linked' | 'all'

export const USAGE = `npm run admin -- <command>

  reset-password EMAIL           prints a link with which the person of this account sets a new password
  grant-role ROLE EMAIL          gives the account of this address one more role: staff, hr, admin or one of your own
  grant-role ROLE --linked       … to every active account that an employee is linked to, leavers aside
  grant-role ROLE --all          … to every active account; those aside, here and with --linked, that registered themselves and have
                                 not verified their address
  verify-all                     marks the addresses of all accounts as verified, those aside that wait for their owner's confirmation

  reconcile                      after Postgres was restored from a backup: carries over from Redis which accounts were disabled, which
                                 tokens are void and which sessions ended since, lists what can't be known, and has the services serve

  --force                        reconcile: also where Postgres does not look older, as after a fail-over that lost the last seconds; the
                                 services hold back meanwhile
  --dry-run                      grant-role: prints whom it would change, and changes nobody

It works on the database that DATABASE_URL names, without one on that of \`npm start\`, and every change is in the audit trail.
reset-password makes its link from LINKS_URL or PUBLIC_URL. reconcile needs REDIS_URL; the other commands need it to take effect at once;
--linked reads the database that EMPLOYEE_DATABASE_URL names. Each of the three may come as a file, in …_FILE.

Exit codes: 0 done; 1 not done; 2 wrong arguments or settings; 3 done, but Redis was not reached: repeat the command.`

/** @throws {CommandError} with the usage for what is no command */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args)
  const [name = 'help', ...operands] = positionals
  const { linked, all, 'dry-run': isDryRun, force: isForced, help } = values
  const hasOptions = linked || all || isDryRun || isForced
  if (help || name === 'help') return { name: 'help' }
  switch (name) {
    case 'reset-password':
      if (hasOptions) throw wrong('reset-password has no options.')
      return { name, email: onlyOperand(operands, 'an e-mail address') }
    case 'verify-all':
      if (hasOptions || operands.length > 0) throw wrong('verify-all has no arguments.')
      return { name }
    case 'reconcile':
      if (linked || all || isDryRun || operands.length > 0) throw wrong('reconcile has no arguments but --force.')
      return { name, isForced }
    case 'grant-role': {
      if (isForced) throw wrong('grant-role has no --force.')
      const [role, ...rest] = operands
      // Which ones there are is in the database.
      if (role === undefined) throw wrong('grant-role needs the name of a role.')
      return { name, role, to: grantees(rest, { linked, all, role }), isDryRun }
    }
    default:
      throw wrong(`There is no command '${name}'.`)
  }
}

function grantees(
  operands: string[],
  { linked, all, role }: { linked: boolean; all: boolean; role: string },
): Grantees {
  const chosen = [linked, all, operands.length > 0].filter(Boolean).length
  if (chosen !== 1) throw wrong('grant-role needs an e-mail address, --linked or --all, and one of them only.')
  if (operands.length > 0) return { email: onlyOperand(operands, 'an e-mail address') }
  if (role === 'admin') throw wrong('The role admin is given to one account at a time.')
  return linked ? 'linked' : 'all'
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { linked: flag, all: flag, 'dry-run': flag, force: flag, help: { ...flag, short: 'h' } },
    })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : 'The arguments are not readable.')
  }
}

function onlyOperand([operand, ...more]: readonly string[], what: string): string {
  if (operand === undefined || more.length > 0) throw wrong(`The command needs ${what}, and nothing else.`)
  return operand
}

const wrong = (message: string): CommandError => new CommandError(`${message}\n\n${USAGE}`, 'usage')
