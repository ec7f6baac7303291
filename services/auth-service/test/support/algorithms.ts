import { generateKeyPairSync } from 'node:crypto'

const privateKeys = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'e1', alg: 'ES256' }] })
}

/** Settings for access tokens under a shared key, and under a private one. */
export const ALGORITHMS: readonly { readonly name: string; readonly variables: Record<string, string> }[] = [
  { name: 'HS256', variables: {} },
  {
    name: 'ES256',
    variables: {
      ACCESS_TOKEN_ALGORITHM: 'ES256',
      ACCESS_TOKEN_SECRET: '',
      ACCESS_TOKEN_PRIVATE_KEYS: privateKeys(),
    },
  },
]
