import Bowser from 'bowser'

/**
 * A browser's User-Agent header as `Chrome 131 on Windows`; that of another client as it is. Browsers have frozen what they say of the
 * system's version: every Mac is Catalina, every Windows 10, every Android 10. So it is not shown.
 */
export function describeUserAgent(userAgent: string): string {
  if (userAgent === '') return 'unknown'
  const { browser, os } = Bowser.parse(userAgent)
  if (!browser.name || !os.name) return userAgent
  const version = browser.version?.split('.')[0]
  return `${browser.name}${version ? ` ${version}` : ''} on ${os.name}`
}
