import { isEmail, LINE, normalizeEmail } from '@latchkey/problems'
import { type Candidate, parsePublicUrl, type SettingFault, setting } from '@latchkey/service-kit/settings'

/** Settings of mails and of the links in them. */
export const mailSettings = {
  smtpUrl: setting.custom({
    name: 'SMTP_URL',
    secret: true,
    optional: true,
    description:
      'mail server, `smtp://` or `smtps://` with credentials, which are sent over TLS only; without one no mail is sent, and links are shown to the caller who requested them',
    parse: parseSmtpUrl,
  }),
  mailFrom: setting.custom({
    name: 'MAIL_FROM',
    optional: true,
    shownDefault: 'required with `SMTP_URL`',
    description: 'sender of mails: `Latchkey <no-reply@example.com>` or an address alone',
    parse: parseSender,
  }),
  mailDirectory: setting.text({
    name: 'MAIL_DIRECTORY',
    optional: true,
    shownDefault: 'none; `DATA_DIR/mail` under `npm start`',
    description: 'for development: writes mails as `.eml` files into this directory, and shows their links as well',
  }),
  publicUrl: setting.custom({
    name: 'PUBLIC_URL',
    optional: true,
    shownDefault: '`TOKEN_ISSUER`; required with `SMTP_URL`',
    description:
      'where browsers reach auth-service, a path in front included: base of links and of cookies’ paths, own origin of pages; https unless localhost',
    parse: parsePublicUrl,
  }),
  linksUrl: setting.custom({
    name: 'LINKS_URL',
    optional: true,
    shownDefault: '`PUBLIC_URL/console`',
    description: 'where links of mails lead: `/accept`, `/verify`, `/reset`, `/email`, `/undo`, each with `#token=…`',
    parse: parsePublicUrl,
  }),
}

/** How mails leave. */
export type MailConfig = { readonly from: string } & ({ readonly smtpUrl: string } | { readonly directory: string })

/** Whether TLS has to be there before credentials go over the network; the URL may say otherwise. */
export const needsTls = (smtpUrl: string): boolean => {
  const { username, hostname } = new URL(smtpUrl)
  return username !== '' && !isLoopback(hostname)
}

/** Whether a link that is made for somebody else is shown to whoever asked for it: unless mails leave. */
export const showsLinks = (mail: MailConfig | undefined): boolean => mail === undefined || 'directory' in mail

type MailSettings = Candidate<typeof mailSettings>

export function mailConfigOf({ smtpUrl, mailFrom, mailDirectory }: MailSettings): MailConfig | undefined {
  const from = mailFrom ?? 'Latchkey <no-reply@localhost>'
  if (smtpUrl !== undefined) return { from, smtpUrl }
  return mailDirectory === undefined ? undefined : { from, directory: mailDirectory }
}

export function* mailFaults({ smtpUrl, mailFrom, mailDirectory, publicUrl }: MailSettings): Iterable<SettingFault> {
  if (smtpUrl === undefined) return
  if (mailFrom === undefined) yield { name: 'MAIL_FROM', message: 'must be set with SMTP_URL' }
  if (publicUrl === undefined) yield { name: 'PUBLIC_URL', message: 'must be set with SMTP_URL' }
  if (mailDirectory !== undefined) yield { name: 'MAIL_DIRECTORY', message: 'must not be set with SMTP_URL' }
}

/** Where links of mails lead, without the path of their purpose. */
export const linksUrlOf = (
  { linksUrl, publicUrl }: Pick<MailSettings, 'linksUrl' | 'publicUrl'>,
  issuer: string,
): string => linksUrl ?? `${publicUrl ?? issuer.replace(/\/+$/, '')}/console`

const SMTP_PARAMETERS = ['name', 'requireTLS', 'ignoreTLS', 'tls.servername', 'tls.rejectUnauthorized']

function parseSmtpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if ((url?.protocol !== 'smtp:' && url?.protocol !== 'smtps:') || url.hostname === '') {
    throw new Error('must be a URL that starts with smtp:// or smtps://')
  }
  // Others of nodemailer's options would write mails into the log, or take the place of ours.
  if ([...url.searchParams.keys()].some((name) => !SMTP_PARAMETERS.includes(name))) {
    throw new Error(`may have the parameters ${SMTP_PARAMETERS.join(', ')} alone`)
  }
  return text
}

const MAX_SENDER_NAME = 200
const NAME = new RegExp(LINE, 'u')

/** An address after the same rules as those of accounts, and a name like theirs. */
function parseSender(text: string): string {
  const [, name = '', address = text] = /^([^<>]*)<([^<>]+)>$/.exec(text) ?? []
  if (!isEmail(normalizeEmail(address))) {
    throw new Error('must be an e-mail address, or a name followed by <address>')
  }
  if ([...name].length > MAX_SENDER_NAME || !NAME.test(name)) {
    throw new Error(`must have a name of at most ${MAX_SENDER_NAME} characters, all of them visible`)
  }
  return text
}

const isLoopback = (hostname: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
