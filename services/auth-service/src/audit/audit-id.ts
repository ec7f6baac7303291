/** When an entry was made, by its id: a UUIDv7 begins with 48 bits of milliseconds (RFC 9562 §5.7). */
export const timeOf = (id: string): Date => new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))
