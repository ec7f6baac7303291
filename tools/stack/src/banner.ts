import { randomBytes } from 'node:crypto'
import { styleText } from 'node:util'

export type Administrator = {
  email: string | undefined
  /** The password if it was made just now, and the one chance to read it. */
  newPassword: string | undefined
}

export type BannerOptions = {
  authUrl: string
  employeeUrl: string
  dataDirectory: string
  administrator: Administrator
  readyAfterMs: number
}

/** What a person needs next. */
export function banner({ authUrl, employeeUrl, dataDirectory, administrator, readyAfterMs }: BannerOptions): string {
  return `
${styleText('bold', `Latchkey is ready, after ${(readyAfterMs / 1000).toFixed(1)} s.`)} Ctrl-C stops it.

  auth-service       ${authUrl}       ${authUrl}/docs
  employee-service   ${employeeUrl}       ${employeeUrl}/docs
  data and secrets   ${dataDirectory}
${accountLines(administrator)}

To try it, paste these into another terminal: sign in, create an employee, refresh.

${tryOut(authUrl, employeeUrl, administrator).join('\n\n')}
`
}

/** The administrator's account, as lines of the banner. */
export function accountLines({ email, newPassword }: Administrator): string {
  const account = `  administrator      ${email ?? 'made earlier'}`
  if (newPassword === undefined) {
    return `${account}   (the password was told when the account was made; it is kept nowhere)`
  }
  return `${account}\n  password           ${styleText('bold', newPassword)}   (shown only this once: keep it)`
}

function tryOut(authUrl: string, employeeUrl: string, { email, newPassword }: Administrator): string[] {
  const json = `-H 'content-type: application/json'`
  const credentials = { email: email ?? 'YOUR-EMAIL', password: newPassword ?? 'YOUR-PASSWORD', delivery: 'body' }
  const employee = {
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: `ada.${randomBytes(3).toString('hex')}@example.com`,
    jobTitle: 'Analyst',
  }
  const pick = (pattern: string): string => `"$(printf %s "$SESSION" | sed 's/.*${pattern}.*/\\1/')"`
  return [
    `SESSION=$(curl -sS ${authUrl}/auth/login ${json} -d ${quote(JSON.stringify(credentials))}); TOKEN=${pick('"accessToken":"\\([^"]*\\)"')}; echo "$SESSION"`,
    `curl -sSw '\\n' ${employeeUrl}/employees -H "authorization: Bearer $TOKEN" ${json} -d ${quote(JSON.stringify(employee))}`,
    `curl -sSw '\\n' ${authUrl}/auth/refresh ${json} -d "{$(printf %s "$SESSION" | sed 's/.*\\("refreshToken":"[^"]*"\\).*/\\1/')}"`,
  ]
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
