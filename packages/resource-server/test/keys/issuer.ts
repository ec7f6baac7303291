import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { forgeToken, goodClaims } from '../hostile/forge-token.ts'

type TestScope = { teardown(handler: () => void): unknown }

export type IssuerKey = { readonly kid: string; readonly jwk: JsonWebKey; readonly privateKey: KeyObject }

/** An issuer's address for its keys, which counts how often it is asked. */
export type Issuer = {
  readonly url: string
  /** Answered from now on. */
  answer: (response: ServerResponse) => void
  publish(...keys: IssuerKey[]): void
  readonly fetches: number
  /** Goes away, and comes back at the same address. */
  stop(): Promise<void>
  restart(): Promise<void>
}

export function createKey(kid: string, algorithm: 'ES256' | 'EdDSA' = 'ES256'): IssuerKey {
  const { privateKey, publicKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' } }
}

export function tokenOf({ kid, jwk, privateKey }: IssuerKey, claims: object = {}): string {
  const isEd = jwk.kty === 'OKP'
  return forgeToken({ alg: isEd ? 'EdDSA' : 'ES256', typ: 'at+jwt', kid }, { ...goodClaims, ...claims }, (input) =>
    sign(isEd ? null : 'sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  )
}

export async function startIssuer(t: TestScope, ...keys: IssuerKey[]): Promise<Issuer> {
  let fetches = 0
  let port = 0
  const server = createServer((_request, response) => {
    fetches++
    issuer.answer(response)
  })
  const listen = async (): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  await listen()
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer: Issuer = {
    url: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    answer: () => {},
    publish(...published) {
      const body = JSON.stringify({ keys: published.map(({ jwk }) => jwk) })
      issuer.answer = (response) => response.setHeader('content-type', 'application/jwk-set+json').end(body)
    },
    get fetches() {
      return fetches
    },
    stop,
    restart: listen,
  }
  issuer.publish(...keys)
  return issuer
}
