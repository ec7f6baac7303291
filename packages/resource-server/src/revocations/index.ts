// The wire format of the feed of revocations and where it is, for the one who publishes and for those who follow. It loads
// neither Fastify nor a Redis client.
export { parseRedisUrl } from './redis-nodes.ts'
export {
  decodeRevocation,
  encodeRevocation,
  MAX_EXP,
  type Revocation,
  type RevocationFault,
  type RevocationTarget,
} from './revocation.ts'
export { type SentinelOptions, sentinelFault, sentinelOptions } from './sentinels.ts'
export { DEFAULT_KEY_PREFIX, streamKeyOf } from './stream-key.ts'
