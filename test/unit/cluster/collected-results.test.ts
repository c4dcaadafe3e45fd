import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CloseableIterator } from '../../../src/api/datastream/closeable-iterator.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES } from '../../../src/core/types/registered-types.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import { checkpoint, CollectingJob } from './collecting-job.js'

describe('results that a program collects', () => {
  it('ask the promise of the end of the job once, however many come', async () => {
    let asked = 0
    class End extends Promise<unknown> {
      override then<A, B>(...handlers: Parameters<Promise<unknown>['then']>): Promise<A | B> {
        asked += 1
        return super.then(...handlers) as Promise<A | B>
      }
    }
    const output = new DataOutputView()
    structuredSerializer().serialize('a', output)
    const results = new CloseableIterator<string>(
      {
        result: () => new End(() => undefined),
        nextResults: () => Promise.resolve(output.toBytes()),
        discardResults: () => undefined,
        cancel: () => Promise.resolve(),
      },
      NO_REGISTERED_TYPES,
    )
    for (let n = 0; n < 100; n += 1) assert.equal(await results.next(), 'a')
    assert.equal(asked, 1)
  })

  it('come while the job runs, where there are no checkpoints', async () => {
    const job = new CollectingJob('none')
    const sink = await job.attempt()
    const results = job.iterator()
    const first = results.next()
    for (const value of [1, 'b', { c: 3n }]) sink.processElement(value)
    await sink.operator.finish()
    assert.deepEqual([await first, await results.next(), await results.next()], [1, 'b', { c: 3n }])
    job.finish()
    assert.equal(await results.hasNext(), false)
    await assert.rejects(results.next(), (error: unknown) => FlinkError.is(error, 'RESULTS_EXHAUSTED'))
    await results.close()
    assert.equal(job.isCanceled, false)
  })

  it('come once over a restart, with exactly once, and with their checkpoint', async () => {
    const job = new CollectingJob('exactly-once')
    const results = job.iterator()
    const first = results.next()
    const sink = await job.attempt()
    sink.processElement('a')
    const state = await checkpoint(sink, 1)
    await sink.operator.notifyCheckpointComplete(1)
    assert.equal(await first, 'a')
    const second = results.next()
    sink.processElement('b, of which no checkpoint is complete')
    await checkpoint(sink, 2)
    await sink.operator.close()
    const again = await job.attempt(1, state)
    again.processElement('b')
    await again.operator.finish()
    job.finish()
    assert.equal(await second, 'b')
    assert.equal(await results.hasNext(), false)
  })

  it('come again after a restart with at least once, and are an error where there are no checkpoints', async () => {
    for (const guarantee of ['at-least-once', 'none'] as const) {
      const job = new CollectingJob(guarantee)
      const results = job.iterator()
      const first = results.next()
      const sink = await job.attempt()
      sink.processElement('a')
      await checkpoint(sink, 1)
      assert.equal(await first, 'a')
      await sink.operator.close()
      const second = results.next()
      const again = await job.attempt(1)
      again.processElement('a')
      const flushed = again.operator.prepareSnapshotPreBarrier(2)
      if (guarantee === 'at-least-once') assert.equal(await second, 'a')
      else await assert.rejects(second, (error: unknown) => FlinkError.is(error, 'RESULTS_COME_AGAIN'))
      await flushed
    }
  })

  it('let the job wait for a program that does not take them', async () => {
    const job = new CollectingJob('none')
    const results = job.iterator()
    const first = results.next()
    const sink = await job.attempt()
    sink.processElement('a')
    await checkpoint(sink, 1)
    assert.equal(await first, 'a')
    let isFlushed = false
    for (let id = 2; id < 5; id += 1) {
      sink.processElement('x'.repeat(1_000_000))
      isFlushed = false
      const flushed = sink.operator.prepareSnapshotPreBarrier(id).then(() => {
        isFlushed = true
      })
      await new Promise((resolve) => setImmediate(resolve))
      if (isFlushed) continue
      assert.ok(id > 2)
      for (let taken = 2; taken <= id; taken += 1) await results.next()
      await flushed
      return
    }
    assert.fail('it never waited')
  })

  it('are not waited for any more when the iterator is closed, or a loop over it is left', async () => {
    const job = new CollectingJob('none')
    const sink = await job.attempt()
    const results = job.iterator()
    const values: unknown[] = []
    const loop = (async () => {
      for await (const value of results) if (values.push(value) === 2) break
    })()
    for (let n = 1; n < 200_000; n += 1) sink.processElement(n)
    await sink.operator.finish()
    await loop
    assert.deepEqual(values, [1, 2])
    assert.ok(job.isCanceled)
  })

  it('end with the error of the job', async () => {
    const job = new CollectingJob('none')
    const results = job.iterator()
    const next = results.next()
    job.fail(new FlinkError('JOB_EXECUTION_FAILED', { jobId: 'j' }))
    await assert.rejects(next, (error: unknown) => FlinkError.is(error, 'JOB_EXECUTION_FAILED'))
  })
})
