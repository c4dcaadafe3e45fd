import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { decodeMetadata } from '../../src/storage/metadata-codec.js'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { BackPressuredRuns, type History } from './back-pressured-job.js'

/** Of a record at the end of the job: far longer than anything else takes. */
const SLOW_MS = 20
const INTERVAL = '-Dexecution.checkpointing.interval=300 ms'
const UNALIGNED = '-Dexecution.checkpointing.unaligned.enabled=true'
/** Records of some hundred bytes, so that the channels hold hundreds of them. */
const MUCH_IN_FLIGHT_BYTES = 50_000

const isCompleted = ({ status, persisted_data }: History[number]): boolean =>
  status === 'COMPLETED' && persisted_data > MUCH_IN_FLIGHT_BYTES

describe('a job whose channels are full', () => {
  const runs = new BackPressuredRuns(8000)
  after(() => {
    runs.workspace.remove()
  })
  let unalignedMs = 0
  let checkpoint = ''

  it('takes checkpoints with what is in flight', async () => {
    const run = runs.start(SLOW_MS, '-p', '2', INTERVAL, UNALIGNED)
    const jobId = await run.jobId()
    const history = await runs.historyWhen(jobId, (records) => records.some(isCompleted))
    run.kill('SIGKILL')
    await run.ended
    const completed = history.find(isCompleted)
    assert.ok(completed !== undefined)
    assert.equal(completed.checkpoint_type, 'UNALIGNED_CHECKPOINT')
    unalignedMs = completed.end_to_end_duration
    checkpoint = runs.newestCheckpoint(jobId)
    const metadata = decodeMetadata(readFileSync(path.join(checkpoint, '_metadata')), checkpoint, `file:${checkpoint}`)
    const edges = metadata.operators.flatMap(({ inputEdges }) => inputEdges ?? [])
    assert.deepEqual(edges.map(({ partitioner }) => partitioner).sort(), ['hash', 'rebalance'])
  })

  it('goes on from one, also with another parallelism, and counts each record once', async () => {
    for (const parallelism of [1, 2, 4]) await runs.finishFrom(checkpoint, parallelism)
  })

  it('takes none in several times as long where barriers wait for the records', async () => {
    const timeoutMs = Math.max(2000, 3 * unalignedMs)
    const timeout = [
      `-Dexecution.checkpointing.timeout=${String(timeoutMs)} ms`,
      '-Dexecution.checkpointing.tolerable-failed-checkpoints=10',
    ]
    const run = runs.start(SLOW_MS, '-p', '2', INTERVAL, ...timeout)
    const history = await runs.historyWhen(
      await run.jobId(),
      (records) => records.some(({ status }) => status === 'FAILED'),
      timeoutMs + 30_000,
    )
    run.kill('SIGKILL')
    await run.ended
    assert.match(history.find(({ status }) => status === 'FAILED')?.failure_message ?? '', /expired before completing/)
  })
})
