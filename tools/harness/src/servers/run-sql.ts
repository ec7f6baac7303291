import pg from 'pg'

export type Row = Record<string, unknown>

/** Runs statements one after the other on a connection of their own. @returns the rows of the last one */
export async function runSql(url: string, ...statements: readonly string[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    let rows: Row[] = []
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}
