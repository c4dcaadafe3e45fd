import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { differenceOf } from '../../e2e/chaos/chaos-job.js'
import { ChaosRuns } from '../../e2e/chaos/chaos-chain.js'
import { chainsOf, type Chain, type KillMoment } from '../../e2e/chaos/chaos-plan.js'
import { killRounds } from '../kill-rounds.js'
import { kafkaChaosInput, KafkaChaosJob, OUTPUT_PARTITIONS, type KafkaChaosSink } from './chaos-job.js'
import { BROKER, brokerAgain } from './kafka-server.js'
import { TransactionLedger, type TransactionCounts } from './transaction-ledger.js'

const RECORDS_A_KILL = 4000
/** Of five kills of the job, one comes after a kill of the broker. */
const BROKER_DIES_EVERY = 5
const LONGEST_DOWN_MS = 3000
const ANSWER_WITHIN_MS = 5000
const LIMIT = { timeout: 6 * 60 * 60_000 }
const MOMENTS: readonly KillMoment[] = [
  ...(['between', 'within', 'within', 'early', 'saving', 'stopping', 'stopped'] as const),
  ...(['committing', 'committing', 'committing'] as const),
]
/** While the broker is away, the job fails and is started again. */
const OPTIONS = {
  'execution.checkpointing.interval': '200 ms',
  'execution.checkpointing.tolerable-failed-checkpoints': '1000',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '100000',
  'restart-strategy.fixed-delay.delay': '100 ms',
}

interface Played {
  kills: number
  brokerKills: number
  transactions: TransactionCounts
  /** Of all transactions in the output: open at the end, and markers. */
  markers: TransactionCounts
}

const seed = Number(process.env.FLINK_TS_SEED ?? String(Date.now() % 1_000_000))

function planned(sink: KafkaChaosSink): Chain[] {
  const combinations = [
    { backend: 'hashmap', mode: 'aligned' },
    { backend: 'rocksdb', mode: 'aligned' },
    { backend: 'hashmap', mode: 'unaligned' },
  ] as const
  const plan = { seed, rounds: killRounds(), parallelisms: [1, 2, 4], combinations, recovers: false, moments: MOMENTS }
  return chainsOf({ ...plan, seed: sink === 'kafka' ? seed : seed + 1000 }, (one) => new SeededRandom(one))
}

async function playChain(chain: Chain, sink: KafkaChaosSink, played: Played): Promise<readonly string[]> {
  const random = new SeededRandom(chain.seed)
  const input = await kafkaChaosInput(RECORDS_A_KILL * (chain.kills.length + 1), chain.seed)
  const job = await KafkaChaosJob.create({ input, sink, brokers: BROKER, timeoutMs: ANSWER_WITHIN_MS })
  const ledger = new TransactionLedger(job.topic, OUTPUT_PARTITIONS)
  const runs = new ChaosRuns(job)
  let isOver = false
  for (const kill of chain.kills) {
    const disturbed = (played.kills + 1) % BROKER_DIES_EVERY === 0 ? brokerDies(random) : undefined
    const [end] = await Promise.all([runs.killed(kill, { ...chain.options, ...OPTIONS }), disturbed])
    if (disturbed !== undefined) played.brokerKills += 1
    played.kills += 1
    if (sink === 'kafka') await ledger.killed()
    isOver = end === 'over'
    if (isOver) break
  }
  if (!isOver) await runs.lastOne({ ...chain, options: { ...chain.options, ...OPTIONS } })
  if (sink === 'kafka') await ledger.readOn()
  add(played.transactions, ledger.afterKill)
  add(played.markers, ledger.markers)
  const difference = differenceOf(input.expected, await job.written(runs.workspace))
  if (ledger.open > 0) difference.push(`${String(ledger.open)} transactions are open`)
  if (difference.length === 0) runs.workspace.remove()
  else difference.push(`what is left: ${runs.workspace.path}, topic ${job.topic}`)
  return difference
}

function add(sum: TransactionCounts, { committed, aborted }: TransactionCounts): void {
  sum.committed += committed
  sum.aborted += aborted
}

async function brokerDies(random: SeededRandom): Promise<void> {
  await delay(500 + random.nextInt(2000))
  await brokerAgain('1', random.nextInt(LONGEST_DOWN_MS))
}

function exactlyOnce(sink: KafkaChaosSink, title: string): void {
  it(title, LIMIT, async (test) => {
    const played: Played = {
      kills: 0,
      brokerKills: 0,
      transactions: { committed: 0, aborted: 0 },
      markers: { committed: 0, aborted: 0 },
    }
    const chains = planned(sink)
    for (const chain of chains) {
      const runs = [
        ...chain.kills.map(({ parallelism, moment }) => `${String(parallelism)} ${moment}`),
        String(chain.lastParallelism),
      ]
      const name = `seed ${String(chain.seed)}, ${chain.backend} ${chain.mode}: ${runs.join(', ')}`
      assert.deepEqual(await playChain(chain, sink, played), [], name)
      const { committed, aborted } = played.transactions
      process.stdout.write(
        `${name}: as it should be; until now ${String(committed)} committed after a crash, ${String(aborted)} aborted\n`,
      )
    }
    const { kills, brokerKills, transactions, markers } = played
    const ended = `${String(transactions.committed)} transactions committed after a crash, ${String(transactions.aborted)} aborted`
    const all = `markers of all: ${String(markers.committed)} commits, ${String(markers.aborted)} aborts`
    test.diagnostic(
      `seed ${String(seed)}: ${String(kills)} kills of the job, ${String(brokerKills)} of the broker; ${sink === 'kafka' ? `${ended}; ${all}` : 'to files'}`,
    )
  })
}

describe('From Kafka through windows', () => {
  exactlyOnce('kafka', 'to Kafka: each record and each window is there once, however often job and broker are killed')
  exactlyOnce('file', 'to files: each record and each window is there once, however often job and broker are killed')
})
