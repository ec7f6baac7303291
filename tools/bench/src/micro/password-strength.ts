// What the estimate of a password's strength costs, ordinary passwords first, then those that cost the most; and its dictionaries:
//   node --expose-gc scripts/run.mjs tools/bench/src/micro/password-strength.ts
import { spreadOf } from '../report/statistics.ts'

const ROUNDS = 9
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

const before = process.memoryUsage()
const { default: isGuessable } = await import('../../../../services/auth-service/src/users/password-strength-worker.ts')
globalThis.gc?.()
const { rss, heapUsed } = process.memoryUsage()
console.log(
  `dictionaries: ${megabytes(heapUsed - before.heapUsed)} MiB of heap, ${megabytes(rss - before.rss)} MiB RSS`,
)

const words = ['latchkey', 'acme', 'rotterdam', 'grace.hopper@navy.example', 'grace', 'hopper', 'navy', 'example']
const passwords = [
  'correct horse battery staple',
  'a heron walks over nine slow rivers',
  'kjhgqwpoiuzmxnb',
  'MyPassword2026!!',
  'семь медленных рек и одна цапля',
  'aA1!aA1!aA1!qwertyuiop1234567890zxcvbnaA1!aA1!aA1!qwertyuiop1234567890',
  '1234567890'.repeat(7),
  'p4ssw0rd@4$5w0rd'.repeat(4),
  '4@8({[<369&#!1/|0$57+%2/'.repeat(3),
  'йцукен1234!"№;%:?'.repeat(4),
]
for (const password of passwords) {
  const costs = Array.from({ length: ROUNDS }, () => {
    const start = process.threadCpuUsage()
    isGuessable({ password, words })
    const { user, system } = process.threadCpuUsage(start)
    return (user + system) / 1000
  })
  const { median, min, max } = spreadOf(costs)
  console.log(
    `${password.slice(0, 40).padEnd(42)} ${median.toFixed(1).padStart(6)} ms (${min.toFixed(1)} to ${max.toFixed(1)})`,
  )
}
