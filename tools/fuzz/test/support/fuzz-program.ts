import { writeFileSync } from 'node:fs'
import { createScope } from '@latchkey/harness'
import { Client } from 'pg'
import { type Report, run } from '../../src/run.ts'
import { type Services, startServices } from '../../src/world/services.ts'

/** A report as JSON has it, with each finding as text. */
export type ReportSummary = Pick<Report, 'statistics' | 'goals' | 'rejections' | 'isReady'> & {
  readonly findings: readonly { readonly kind: string; readonly text: string; readonly curl: string }[]
  readonly logs: Pick<Report['logs'], 'errors' | 'leaks'>
}
export type Reports = { readonly whole: ReportSummary; readonly planted: ReportSummary }

export type Wanted = { readonly seed: number; readonly requests: number; readonly deadlineMs: number }

// Two runs against the same services, in a process without tap: to measure coverage and to follow each promise takes a third more.

const [wanted = '', reportFile = ''] = process.argv.slice(2)
const { seed, requests, deadlineMs } = JSON.parse(wanted) as Wanted
const scope = createScope()
try {
  const services = await startServices(scope)
  const whole = summaryOf(await run(scope, services, { seed, requests, deadlineMs, services: ['auth', 'employee'] }))
  await plant(services)
  const planted = await run(scope, services, {
    seed: seed + 1,
    // Ends at the first finding, which takes some hundred; the value is rare.
    requests: 10_000,
    services: ['employee'],
    deadlineMs,
    stopAt: 'status 500',
  })
  writeFileSync(reportFile, JSON.stringify({ whole, planted: summaryOf(planted) } satisfies Reports))
} finally {
  await scope.close()
}
process.exit()

async function plant({ employees: { databaseUrl, schema } }: Services): Promise<void> {
  const database = new Client({ connectionString: databaseUrl })
  await database.connect()
  await database.query(`
    create function ${schema}.fail_at_longest_title() returns trigger language plpgsql as $$
    begin
      if length(new.job_title) = 200 then raise exception 'planted'; end if;
      return new;
    end $$;
    create trigger planted before insert or update on ${schema}.employees
      for each row execute function ${schema}.fail_at_longest_title();
  `)
  await database.end()
}

function summaryOf({ statistics, findings, goals, logs, rejections, isReady, curl }: Report): ReportSummary {
  return {
    statistics,
    findings: findings.map((each) => ({
      kind: each.kind,
      text: `${each.kind} at ${each.where}: ${each.detail}`,
      curl: curl(each),
    })),
    goals,
    // The services go on to log.
    logs: { errors: [...logs.errors], leaks: [...logs.leaks] },
    rejections: rejections.map(String),
    isReady,
  }
}
