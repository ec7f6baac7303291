import Bowser from 'bowser'

/** A browser's User-Agent header as `Chrome 131 on Windows 10`; that of another client as it is. */
export function describeUserAgent(userAgent: string): string {
  if (userAgent === '') return 'unknown'
  const { browser, os } = Bowser.parse(userAgent)
  if (!browser.name || !os.name) return userAgent
  const version = browser.version?.split('.')[0]
  return `${browser.name}${version ? ` ${version}` : ''} on ${os.name}${os.versionName ? ` ${os.versionName}` : ''}`
}
