/**
 * The first line of scripts that run even when the memory of Redis is full; it refuses others that may write. The fence that they read has a
 * slot of its own.
 */
export const EVEN_WHEN_FULL = '#!lua flags=allow-oom,allow-cross-slot-keys'
