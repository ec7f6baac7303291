import { drive } from './load/drive.ts'
import type { Options } from './options.ts'
import { assertSameShape } from './same-shape.ts'
import { type Sample, takeSample } from './sample.ts'
import { connectAll, requestOnce, startTarget, stopTarget, type Target, type TargetOptions } from './target.ts'
import { TARGET_NAMES, type TargetName, type TargetProgram, type Workload } from './workloads/workload.ts'

/** One sample of each target, one right after the other. */
export type Round = Readonly<Record<TargetName, Sample>>

/** Measures the three targets of a workload in rounds. All of them run all the time; one at a time gets requests. */
export async function compare(
  workload: Workload,
  targetOptions: TargetOptions,
  { warmUpMs, rounds: count, sampleMs }: Options,
): Promise<Round[]> {
  const started: Target[] = []
  const start = async (program: TargetProgram): Promise<Target> => {
    const target = await startTarget(program, targetOptions)
    started.push(target)
    await program.prepare?.()
    return target
  }

  try {
    const ours = await start(workload.ours)
    const composite = await start(workload.composite)
    const body = await requestOnce(ours)
    assertSameShape(body, await requestOnce(composite))
    const bare = await start(bareProgram(workload, body))
    const targets: Record<TargetName, Target> = { ours, composite, bare }
    for (const name of TARGET_NAMES) {
      await connectAll(targets[name])
      await drive(targets[name].clients, warmUpMs)
    }

    const sampleOf = (name: TargetName): Promise<Sample> => takeSample(targets[name], sampleMs, targetOptions.cores)
    const rounds: Round[] = []
    for (let n = 0; n < count; n++) {
      rounds.push({
        ours: await sampleOf('ours'),
        composite: await sampleOf('composite'),
        bare: await sampleOf('bare'),
      })
    }
    return rounds
  } finally {
    for (const target of started) await stopTarget(target)
  }
}

function bareProgram({ ours, method, route }: Workload, body: string): TargetProgram {
  return {
    entry: new URL('./servers/bare.ts', import.meta.url).pathname,
    environment: { METHOD: method, ROUTE: route, ANSWER: body },
    exchange: ours.exchange,
  }
}
