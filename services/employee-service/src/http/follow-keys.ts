import type { KeyRing } from '@latchkey/access-token'
import type { JwksOptions } from '@latchkey/resource-server'
import type { AppInstance } from '@latchkey/service-kit'
import type { Watched } from '@latchkey/service-kit/settings'

/** The keys of access tokens, followed while the app is open: a file by this function, an address by the plugin. */
export function followKeys(keys: Watched<KeyRing> | JwksOptions, app: AppInstance): (() => KeyRing) | JwksOptions {
  if ('jwksUrl' in keys) return keys
  const stopping = new AbortController()
  app.addHook('onClose', async () => stopping.abort())
  keys.follow({
    signal: stopping.signal,
    log: app.log,
    accept({ algorithm }) {
      const before = keys.current().algorithm
      if (algorithm !== before) throw new Error(`the keys are for ${algorithm}, not for ${before}`)
    },
  })
  return keys.current
}
