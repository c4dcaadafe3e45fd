import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { differenceOf } from '../../e2e/chaos/chaos-job.js'
import { ChaosRuns } from '../../e2e/chaos/chaos-chain.js'
import { FaultProxy, type FaultChances } from '../fault-proxy.js'
import { killRounds } from '../kill-rounds.js'
import { kafkaChaosInput, KafkaChaosJob, OUTPUT_PARTITIONS, type KafkaChaosSink } from './chaos-job.js'
import { addressOf, portOf } from './kafka-server.js'
import { RepeatingProxy } from './repeating-proxy.js'
import { TransactionLedger } from './transaction-ledger.js'

const RECORDS = 20_000
const SLOW_MS = 1
const ANSWER_WITHIN_MS = 2000
const LIMIT = { timeout: 60 * 60_000 }
/** Connections to a broker live long: none is left alone. */
const CHANCES: FaultChances = { refused: 50, delayed: 100, stalled: 50, cut: 300, reset: 300, halfSent: 200 }
const OPTIONS = {
  'execution.checkpointing.interval': '200 ms',
  'execution.checkpointing.tolerable-failed-checkpoints': '1000',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '100000',
  'restart-strategy.fixed-delay.delay': '100 ms',
}

const seed = Number(process.env.FAULT_SEED ?? String(Date.now() % 1_000_000))
const ends = { port: portOf('proxied'), listensOn: portOf('proxy') }

async function copiedExactly(sink: KafkaChaosSink, drawn: number, test: TestContext): Promise<void> {
  const input = await kafkaChaosInput(RECORDS, drawn)
  const job = await KafkaChaosJob.create({ input, sink, brokers: addressOf('proxy'), timeoutMs: ANSWER_WITHIN_MS })
  const runs = new ChaosRuns(job)
  await runs.toTheEnd({ parallelism: 2, slowMs: SLOW_MS, options: OPTIONS })
  assert.deepEqual(differenceOf(input.expected, await job.written(runs.workspace)), [], `seed ${String(drawn)}`)
  const ledger = new TransactionLedger(job.topic, OUTPUT_PARTITIONS)
  await ledger.readOn()
  assert.equal(ledger.open, 0, 'transactions are left open')
  const { committed, aborted } = ledger.markers
  test.diagnostic(`seed ${String(drawn)}, to ${sink}: ${String(committed)} commits and ${String(aborted)} aborts`)
  runs.workspace.remove()
}

describe('Kafka over a network that fails', () => {
  it('loses nothing and gives nothing twice where it delays, stalls, cuts and resets', LIMIT, async (test) => {
    for (let round = 0; round < killRounds(); round += 1) {
      const proxy = await FaultProxy.start({ ...ends, seed: seed + round, chances: CHANCES })
      try {
        await copiedExactly(round % 3 === 2 ? 'file' : 'kafka', seed + round, test)
      } finally {
        await proxy.stop()
      }
      test.diagnostic(`fates: ${JSON.stringify(Object.fromEntries(proxy.counts))}`)
    }
  })

  it('loses nothing and gives nothing twice where requests come twice', LIMIT, async (test) => {
    for (let round = 0; round < killRounds(); round += 1) {
      const proxy = await RepeatingProxy.start({ ...ends, seed: seed + round, repeated: 200 })
      try {
        await copiedExactly('kafka', seed + round, test)
      } finally {
        await proxy.stop()
      }
      test.diagnostic(`requests that came twice, by API: ${JSON.stringify(Object.fromEntries(proxy.counts))}`)
    }
  })
})
