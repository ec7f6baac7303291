import type { AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { Authorization } from './authorization.ts'
import type { Client } from './client.ts'
import { refuseStream } from './refuse-stream.ts'

/** Survives as axios copies the settings of a call. */
type Config = InternalAxiosRequestConfig & { latchkeyIsRepeated?: boolean }

/**
 * Adds the session of a client to an instance of axios: the access token for the origins that it is meant for, and one more try of a
 * call whose token is refused.
 *
 * @returns takes it away again
 */
export function addSession(instance: AxiosInstance, client: Pick<Client, 'authorize'>): () => void {
  const authorizations = new WeakMap<object, Authorization>()

  async function authorize(config: Config): Promise<Config> {
    const { headers, signal } = config
    if (config.latchkeyIsRepeated) headers.delete('authorization')
    // The caller's own.
    if (headers.has('authorization')) return config
    const url = instance.getUri(config)
    const authorization = await client.authorize(url, signal as AbortSignal | undefined)
    authorizations.set(config, authorization)
    const { token, withCookies } = authorization
    if (withCookies) config.withCredentials ??= true
    if (token === undefined) return config
    refuseStream(config.data)
    headers.set('authorization', `Bearer ${token}`)
    keepFromOthers(config, url)
    return config
  }

  /** The answer to a second try, where one helps. */
  async function repeat(response: AxiosResponse): Promise<AxiosResponse | undefined> {
    const config: Config = response.config
    const authorization = authorizations.get(config)
    if (response.status !== 401 || !authorization || config.latchkeyIsRepeated) return undefined
    const refusal = { code: response.data?.code, challenge: response.headers['www-authenticate'] }
    if (!(await authorization.refused(refusal))) return undefined
    return instance.request({ ...config, latchkeyIsRepeated: true } as Config)
  }

  const before = instance.interceptors.request.use(authorize)
  const after = instance.interceptors.response.use(
    async (response) => (await repeat(response)) ?? response,
    async (error) => {
      const repeated = error?.response && (await repeat(error.response))
      if (repeated) return repeated
      throw error
    },
  )
  return () => {
    instance.interceptors.request.eject(before)
    instance.interceptors.response.eject(after)
  }
}

/** Browsers send no Authorization on to another origin. In Node axios itself does so, to subdomains. */
function keepFromOthers(config: Config, url: string): void {
  const { beforeRedirect } = config
  config.beforeRedirect = (options, ...rest) => {
    if (URL.parse(options.href)?.origin !== URL.parse(url)?.origin) {
      for (const name of Object.keys(options.headers)) {
        if (name.toLowerCase() === 'authorization') delete options.headers[name]
      }
    }
    beforeRedirect?.(options, ...rest)
  }
}
