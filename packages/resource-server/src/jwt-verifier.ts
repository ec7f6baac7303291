import fastifyJwt from '@fastify/jwt'
import { type Key, type SignatureVerifier, signatureOptions } from '@latchkey/access-token'
import fastify from 'fastify'

/**
 * Checks signatures with @fastify/jwt, registered for each key on an instance of Fastify that serves nothing (1 ms and 19 KiB,
 * once per key).
 *
 * A single registration on the app has to be given the key of each token, since keys come and go while the server runs. Per call
 * that makes a verifier each time; by the secret callback it decodes each token twice, and takes a request. The CPU time of a
 * whole check (node scripts/run.mjs tools/bench/src/micro/jwt-registration.ts):
 *
 *     registered             HS256     ES256     EdDSA
 *     for each key         14.6 µs    141 µs    137 µs
 *     once, key per call   20.0 µs    221 µs    205 µs
 *     once, callback       21.4 µs    154 µs    148 µs
 *
 * It would also take the names `jwt` and `user` from an app that registers the plugin for tokens of its own.
 */
export function createJwtVerifier(key: Key): SignatureVerifier {
  const instance = fastify()
  // No private key: nothing can be signed with it.
  fastifyJwt(instance, { secret: { public: key.verifyWith }, verify: signatureOptions(key) }, (error) => {
    if (error) throw error
  })
  return (token) => instance.jwt.verify(token)
}
