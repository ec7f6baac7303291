import { randomBytes } from 'node:crypto'
import { styleText } from 'node:util'

export type Administrator = {
  readonly email: string | undefined
  /** The password if it is new, and the one chance to read it. */
  readonly newPassword: string | undefined
}

export type BannerOptions = {
  readonly authUrl: string
  readonly employeeUrl: string
  /** Of the services that have a port for operators. */
  readonly operationsUrls: readonly string[]
  /** Whether the services describe their API on their own ports. */
  readonly showsApiDocs: boolean
  readonly dataDirectory: string
  /** Where mails are caught as files; undefined where they leave. */
  readonly mailDirectory: string | undefined
  readonly administrator: Administrator
  readonly readyAfterMs: number
}

/** What a person needs next. */
export function banner(options: BannerOptions): string {
  const { authUrl, employeeUrl, dataDirectory, mailDirectory, administrator, readyAfterMs } = options
  const [mails, linkIsIn] =
    mailDirectory === undefined
      ? ['they leave through SMTP_URL', 'the mail']
      : [`${mailDirectory}   (caught as files: none leaves this machine)`, 'the answer, and in the mail']
  return `
${styleText('bold', `Latchkey is ready, after ${(readyAfterMs / 1000).toFixed(1)} s.`)} Ctrl-C stops it.

  auth-service       ${serviceLine(authUrl, options)}
  employee-service   ${serviceLine(employeeUrl, options)}
  for operators      ${operationsLine(options)}
  data and secrets   ${dataDirectory}
  mails              ${mails}
${accountLines(administrator)}

To invite the first person, paste this into another terminal (bash or zsh), then type your password and their e-mail address. It signs
in, invites, creates an employee and refreshes. The link with which they choose a password is in ${linkIsIn}.

${tryOut(authUrl, employeeUrl, administrator.email ?? 'YOUR-EMAIL')}
`
}

const serviceLine = (url: string, { showsApiDocs }: BannerOptions): string =>
  showsApiDocs ? `${url}       ${url}/docs` : url

const operationsLine = ({ operationsUrls }: BannerOptions): string =>
  operationsUrls.length === 0
    ? 'no port'
    : `${operationsUrls.join('       ')}   (each with /metrics, /health/ready, /docs)`

/** The administrator's account, as lines of the banner. */
export function accountLines({ email, newPassword }: Administrator): string {
  const account = `  administrator      ${email ?? 'made earlier'}`
  if (newPassword === undefined) {
    return `${account}   (the password was shown when the account was made; it is kept nowhere)`
  }
  return `${account}\n  password           ${styleText('bold', newPassword)}   (shown only this once: keep it)`
}

/**
 * Commands for a shell. The shell reads the braces to their end before it runs anything, so that the password is asked from
 * the terminal and not taken from the next pasted line. Secrets reach curl by its input: `ps` shows every command line.
 */
function tryOut(authUrl: string, employeeUrl: string, email: string): string {
  const json = `-H 'content-type: application/json'`
  const employee = {
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: `ada.${randomBytes(3).toString('hex')}@example.com`,
    jobTitle: 'Analyst',
  }
  const pick = (member: string): string => String.raw`$(printf %s "$SESSION" | sed 's/.*"${member}":"\([^"]*\)".*/\1/')`
  return [
    `{ printf 'Password: '; read -rs PASSWORD; echo`,
    `printf 'E-mail address to invite: '; read -r GUEST`,
    // As it stands in JSON.
    String.raw`PASSWORD=$(printf %s "$PASSWORD" | sed 's/["\\]/\\&/g')`,
    `SESSION=$(printf '{"email":"%s","password":"%s","delivery":"body"}' ${quote(email)} "$PASSWORD" | curl -sS ${authUrl}/auth/login ${json} -d @-)`,
    `unset PASSWORD; TOKEN=${pick('accessToken')}; echo "$SESSION"`,
    String.raw`printf 'authorization: Bearer %s' "$TOKEN" | curl -sSw '\n' ${authUrl}/admin/users -H @- ${json} -d '{"email":"'"$GUEST"'","roles":["staff"]}'`,
    String.raw`printf 'authorization: Bearer %s' "$TOKEN" | curl -sSw '\n' ${employeeUrl}/employees -H @- ${json} -d ${quote(JSON.stringify(employee))}`,
    String.raw`printf '{"refreshToken":"%s"}' "${pick('refreshToken')}" | curl -sSw '\n' ${authUrl}/auth/refresh ${json} -d @-`,
    '}',
  ].join('\n')
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
