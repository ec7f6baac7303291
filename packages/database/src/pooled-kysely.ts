import { Kysely, type KyselyConfig } from 'kysely'
import type pg from 'pg'

/** A Kysely that knows the pool under it. */
export class PooledKysely<DB> extends Kysely<DB> {
  readonly pool: pg.Pool
  /** The schema of unqualified names, when one was chosen. */
  readonly schemaName: string | undefined

  constructor(config: KyselyConfig, pool: pg.Pool, schema: string | undefined) {
    super(config)
    this.pool = pool
    this.schemaName = schema
  }
}
