import { askOnce, type Contestant, connectAll, startContestant, stopContestant } from './contestant.ts'
import { drive } from './load/drive.ts'
import type { Cores } from './machine/cores.ts'
import type { Options } from './options.ts'
import { assertSameShape } from './same-shape.ts'
import { runTurn, type Turn } from './turn.ts'
import { CONTENDERS, type Contender, type Subject, type Workload } from './workloads/workload.ts'

/** One turn of each contender, right after each other. */
export type Round = Readonly<Record<Contender, Turn>>

/** Runs the three contenders of a workload in turn. All stay up all the time; only one of them is asked at a time. */
export async function contest(
  workload: Workload,
  connections: number,
  cores: Cores,
  options: Options,
): Promise<Round[]> {
  const started: Contestant[] = []
  const start = async (subject: Subject): Promise<Contestant> => {
    const contestant = await startContestant(subject, connections, cores)
    started.push(contestant)
    await subject.prepare?.()
    return contestant
  }

  try {
    const ours = await start(workload.ours)
    const composite = await start(workload.composite)
    const answer = await askOnce(ours)
    assertSameShape(answer, await askOnce(composite))
    const bare = await start(bareOf(workload, answer))
    const contenders: Record<Contender, Contestant> = { ours, composite, bare }
    for (const name of CONTENDERS) {
      await connectAll(contenders[name])
      await drive(contenders[name].talkers, options.warmUpMs)
    }

    const rounds: Round[] = []
    for (let n = 0; n < options.rounds; n++) rounds.push(await runRound(contenders, options.turnMs, cores))
    return rounds
  } finally {
    for (const contestant of started) await stopContestant(contestant)
  }
}

async function runRound(contenders: Record<Contender, Contestant>, ms: number, cores: Cores): Promise<Round> {
  const ours = await runTurn(contenders.ours, ms, cores)
  const composite = await runTurn(contenders.composite, ms, cores)
  return { ours, composite, bare: await runTurn(contenders.bare, ms, cores) }
}

function bareOf({ ours, method, route }: Workload, answer: string): Subject {
  return {
    entry: new URL('./servers/bare.ts', import.meta.url).pathname,
    environment: { METHOD: method, ROUTE: route, ANSWER: answer },
    converse: ours.converse,
  }
}
