import { contest } from './contest.ts'
import { takeCores } from './machine/cores.ts'
import { startDataServers } from './machine/data-servers.ts'
import { type Options, parseOptions } from './options.ts'
import { isBelowFloor, type Result, resultOf } from './report/result.ts'
import { tableOf } from './report/table.ts'
import { authenticated } from './workloads/authenticated.ts'
import { employeeRead } from './workloads/employee-read.ts'
import { refresh } from './workloads/refresh.ts'
import type { Bench, Workload, WorkloadName } from './workloads/workload.ts'

const CONNECTIONS = 32
/** The part of the server's core that others may take before the numbers are worth a warning. */
const QUIET = 0.05

const workloads: Record<WorkloadName, (bench: Bench) => Workload> = {
  authenticated,
  employee: employeeRead,
  refresh,
}

async function run(options: Options): Promise<boolean> {
  const cores = takeCores()
  console.log(`Node ${process.version}, ${CONNECTIONS} connections, ${cores.description}`)
  const data = await startDataServers()
  const results: Result[] = []
  try {
    for (const name of options.workloads) {
      const workload = workloads[name]({ data, connections: CONNECTIONS, sessions: options.sessions })
      console.log(`${workload.title}: ${options.rounds} rounds of ${options.turnMs} ms each …`)
      results.push(resultOf(name, workload.title, await contest(workload, CONNECTIONS, cores, options)))
    }
  } finally {
    await data.stop()
  }
  console.log(`\n${tableOf(results)}\n`)
  for (const { title, disturbed } of results.filter((result) => result.disturbed.median > QUIET)) {
    const share = Math.round(disturbed.median * 100)
    console.log(
      `${title}: other programs took ${share} % of the server's core; on a quiet machine the numbers are better`,
    )
  }
  const tooSlow = results.filter(isBelowFloor)
  for (const { title, cpu, floor } of tooSlow) {
    console.log(`${title}: ${cpu.composite.median.toFixed(3)} of the composite in CPU time, the floor is ${floor}`)
  }
  return tooSlow.length === 0
}

// Everything that was started goes when we do; without this a signal would leave it behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

process.exitCode = (await run(parseOptions(process.argv.slice(2)))) ? 0 : 1
