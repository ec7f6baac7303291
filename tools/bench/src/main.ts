import { compare } from './compare.ts'
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
/** Share of the server's core that other programs may use before the numbers deserve a warning. */
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
      console.log(`${workload.title}: ${options.rounds} rounds of ${options.sampleMs} ms each …`)
      const targets = { processes: data.processes, cores, connections: CONNECTIONS }
      results.push(resultOf(name, workload.title, await compare(workload, targets, options)))
    }
  } finally {
    await data.stop()
  }
  console.log(`\n${tableOf(results)}\n`)
  for (const { title, disturbed } of results.filter((result) => result.disturbed.median > QUIET)) {
    const share = Math.round(disturbed.median * 100)
    console.log(`${title}: other programs used ${share} % of the server's core; numbers are better on a quiet machine`)
  }
  const tooSlow = results.filter(isBelowFloor)
  for (const { title, cpu, floor } of tooSlow) {
    console.log(`${title}: ${cpu.composite.median.toFixed(3)} of the composite in CPU time, the floor is ${floor}`)
  }
  return tooSlow.length === 0
}

process.exitCode = (await run(parseOptions(process.argv.slice(2)))) ? 0 : 1
