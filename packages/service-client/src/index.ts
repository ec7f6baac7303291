export type { CallContext, CallOptions } from './call-options.ts'
export type { ServiceClientOptions } from './client-options.ts'
export { ServiceCallError, type ServiceCallErrorCode } from './service-call-error.ts'
export { createServiceClient, type ServiceClient } from './service-client.ts'
