import pg from 'pg'

/** A statement as the repository sent it. */
export type Statement = { readonly text: string; readonly values: readonly unknown[] }

export type PlanFacts = {
  /** How employees are reached: the indexes, or `reads all`. */
  readonly ways: readonly string[]
  /** Largest number of rows that a sort read. */
  readonly sorted: number
  readonly readsAll: boolean
}

type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  Plans?: Node[]
}

/**
 * Explains and runs a statement. A prepared statement may be planned for its values or for any values: both plans count.
 */
export async function planOf(client: pg.Client, { text, values }: Statement): Promise<PlanFacts> {
  const ways = new Set<string>()
  let sorted = 0
  for (const mode of ['force_custom_plan', 'force_generic_plan']) {
    await client.query(`set plan_cache_mode = ${mode}`)
    await client.query(`prepare examined as ${text}`)
    const literals = values.map(literalOf)
    const execute = literals.length === 0 ? 'examined' : `examined(${literals.join(', ')})`
    const { rows } = await client.query(`explain (analyze, format json) execute ${execute}`)
    await client.query('deallocate examined')
    const [{ Plan: plan }] = rows[0]['QUERY PLAN'] as [{ Plan: Node }]
    for (const node of nodesOf(plan)) {
      if (node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'employees') ways.add('reads all')
      const index = node['Index Name']
      if (index !== undefined) ways.add(index.replace(/^employees_/, ''))
      if (/^(Incremental )?Sort$/.test(node['Node Type'])) {
        for (const input of node.Plans ?? []) sorted = Math.max(sorted, input['Actual Rows'] * input['Actual Loops'])
      }
    }
  }
  return { ways: [...ways], sorted, readsAll: ways.has('reads all') }
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `array[${value.map(literalOf).join(', ')}]::text[]`
  return pg.escapeLiteral(String(value))
}
