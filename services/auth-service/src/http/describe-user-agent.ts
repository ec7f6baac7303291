import Bowser from 'bowser'

/** `Chrome 131 on Windows 10` instead of the line that browsers send; what is no browser is shown as it is. */
export function describeUserAgent(userAgent: string): string {
  if (userAgent === '') return 'unknown'
  const { browser, os } = Bowser.parse(userAgent)
  if (!browser.name || !os.name) return userAgent
  const version = browser.version?.split('.')[0]
  return `${browser.name}${version ? ` ${version}` : ''} on ${os.name}${os.versionName ? ` ${os.versionName}` : ''}`
}
