import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RichSinkFunction, type SinkFunction } from '../../../../../src/api/functions/sink-function.js'
import type { SinkProcessingTimeService } from '../../../../../src/api/functions/sink/sink-processing-time-service.js'
import type { TimedSink } from '../../../../../src/api/functions/sink/timed-sink.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { InMemoryTemporaryFiles } from '../../../../../src/core/fs/in-memory-temporary-files.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import { WaitingSpace } from '../../../../../src/runtime/taskmanager/network/waiting-space.js'
import { OneInputStreamOperatorTestHarness } from '../../../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf, turn } from '../../../../operators/operator-harness.js'
import { START_MS, TestOperatorContext } from '../../../../operators/test-operator-context.js'

const onData = (): void => undefined
const NO_COPIES = { copy: (value: unknown): unknown => value }

/** Answers each invoke when the test says so. */
class SlowSink implements SinkFunction<unknown> {
  readonly invoked: unknown[] = []
  finished = 0
  settle: (error?: Error) => void = () => undefined

  invoke(value: unknown, context: { timestamp(): number | null; currentWatermark(): number }): Promise<void> {
    this.invoked.push([value, context.timestamp(), context.currentWatermark()])
    return new Promise((resolve, reject) => {
      this.settle = (error) => {
        if (error === undefined) resolve()
        else reject(error)
      }
    })
  }

  finish(): void {
    this.finished += 1
  }
}

function harnessOf(sink: SlowSink): Promise<OneInputStreamOperatorTestHarness> {
  return new OneInputStreamOperatorTestHarness(
    bindingOf({ kind: 'sink', function: sink }),
    new TestOperatorContext(),
  ).open()
}

async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  void promise.finally(() => {
    done = true
  })
  await turn()
  return done
}

describe('StreamSink', () => {
  it('invokes waiting records in order, each with the timestamp and watermark it came with', async () => {
    const sink = new SlowSink()
    const harness = await harnessOf(sink)
    harness.processElement('a', 1)
    harness.operator.processWatermark(5)
    harness.processElement('b', 6)
    harness.operator.processWatermark(7)
    harness.processElement('c')
    assert.deepEqual(sink.invoked, [['a', 1, -Infinity]])
    sink.settle()
    await turn()
    sink.settle()
    await turn()
    assert.deepEqual(sink.invoked.slice(1), [
      ['b', 6, 5],
      ['c', null, 7],
    ])
    const resumed = harness.context.resumed()
    assert.equal(await settled(resumed), false)
    sink.settle()
    await resumed
  })

  it('keeps waiting records unchanged where their emitter fills the object again', async () => {
    const sink = new SlowSink()
    const harness = await harnessOf(sink)
    const record = { n: 0 }
    for (const n of [1, 2, 3]) {
      record.n = n
      harness.processElement(n === 1 ? { n } : record)
    }
    for (let turns = 0; turns < 3; turns += 1) {
      sink.settle()
      await turn()
    }
    assert.deepEqual(
      sink.invoked.map((call) => (call as unknown[])[0]),
      [{ n: 1 }, { n: 2 }, { n: 3 }],
    )
  })

  it('holds few of the records that wait in memory, and invokes all of them, in order', async () => {
    const files = new InMemoryTemporaryFiles()
    const space = new WaitingSpace({ memoryBytes: 10_000, createFile: () => files.create() })
    const context = new TestOperatorContext()
    const capacity = { batchRecords: 8, batches: 2 }
    context.createWaitingChannel = () =>
      new LocalChannel({ onData, onRoom: onData, copier: NO_COPIES, waitingSpace: space, capacity })
    const invoked: unknown[] = []
    const sink: SinkFunction<unknown> = {
      invoke: (value, { currentWatermark, timestamp }) => {
        invoked.push([value, timestamp(), currentWatermark()])
        return invoked.length % 3 === 0 ? undefined : Promise.resolve()
      },
    }
    const harness = new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'sink', function: sink }), context)
    await harness.open()
    const expected: unknown[] = []
    let watermark = -Infinity
    for (let n = 0; n < 20_000; n += 1) {
      harness.processElement({ n }, n)
      expected.push([{ n }, n, watermark])
      if (n % 100 !== 0) continue
      watermark = n
      harness.operator.inputs[0]?.processWatermark(n)
    }
    assert.ok(invoked.length < 1000)
    assert.ok(space.fileSizeBytes > 200_000, String(space.fileSizeBytes))
    await context.resumed()
    assert.deepEqual(invoked, expected)
    assert.equal(files.openFiles, 0)
    await harness.finish()
    await harness.close()
  })

  it('gives back what waits when it is closed in the middle', async () => {
    const files = new InMemoryTemporaryFiles()
    const space = new WaitingSpace({ memoryBytes: 0, createFile: () => files.create() })
    const context = new TestOperatorContext()
    const capacity = { batchRecords: 1, batches: 1 }
    context.createWaitingChannel = () =>
      new LocalChannel({ onData, onRoom: onData, copier: NO_COPIES, waitingSpace: space, capacity })
    const sink = new SlowSink()
    const harness = new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'sink', function: sink }), context)
    await harness.open()
    for (let n = 0; n < 100; n += 1) harness.processElement({ n })
    assert.equal(files.openFiles, 1)
    await harness.operator.close()
    assert.equal(files.openFiles, 0)
    sink.settle()
    await turn()
    assert.equal(sink.invoked.length, 1)
  })

  it('lets snapshots and finish wait for records under way', async () => {
    const sink = new SlowSink()
    const harness = await harnessOf(sink)
    harness.processElement('a')
    const prepared = harness.operator.prepareSnapshotPreBarrier(1)
    assert.equal(await settled(prepared), false)
    sink.settle()
    await prepared
    harness.processElement('b')
    const finished = harness.operator.finish()
    assert.equal(await settled(finished), false)
    assert.equal(sink.finished, 0)
    sink.settle()
    await finished
    assert.equal(sink.finished, 1)
  })

  it('fails the task with the error of the promise, and invokes nothing more', async () => {
    const sink = new SlowSink()
    const harness = await harnessOf(sink)
    harness.processElement('a')
    harness.processElement('b')
    sink.settle(new Error('connection refused'))
    await assert.rejects(harness.context.resumed(), (error) => {
      assert.ok(FlinkError.is(error, 'OPERATOR_FAILED'))
      assert.match(error.message, /connection refused/)
      return true
    })
    assert.equal(sink.invoked.length, 1)
    await harness.operator.close()
  })

  it('gives up what its reader does not take when it is closed in the middle, after a second', async () => {
    const sink = {
      invoke: () => undefined,
      hasUnflushed: () => true,
      flush: () => new Promise<void>(() => undefined),
    }
    const context = new TestOperatorContext()
    const harness = new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'sink', function: sink }), context)
    await harness.open()
    harness.processElement('a')
    const closing = harness.operator.close()
    assert.equal(await settled(closing), false)
    context.clock.advance(1000)
    await closing
  })

  it('has nothing left to write when it is closed after its end', async () => {
    let flushes = 0
    const sink = {
      invoke: () => undefined,
      hasUnflushed: () => true,
      flush: () => {
        flushes += 1
        return Promise.resolve()
      },
    }
    const harness = new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'sink', function: sink }))
    await harness.open()
    await harness.operator.finish()
    const atEnd = flushes
    await harness.operator.close()
    assert.equal(flushes, atEnd)
  })

  it('gives a sink its clock before it is opened, and waits for what a timer begins', async () => {
    const calls: string[] = []
    let settle: (error?: Error) => void = () => undefined
    class Timed extends RichSinkFunction<unknown> implements TimedSink {
      setProcessingTimeService(service: SinkProcessingTimeService): void {
        calls.push('has its clock')
        service.registerTimer(service.getCurrentProcessingTime() + 10, (timestampMs) => {
          calls.push(`due since ${String(timestampMs)}`)
          return new Promise((resolve, reject) => {
            settle = (error) => {
              if (error === undefined) resolve()
              else reject(error)
            }
          })
        })
      }
      override open(): void {
        calls.push('opened')
      }
      invoke(): void {
        // Nothing is written.
      }
    }
    const harness = new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'sink', function: new Timed() }))
    await harness.open()
    assert.deepEqual(calls.splice(0), ['has its clock', 'opened'])
    harness.setProcessingTime(START_MS + 20)
    assert.deepEqual(calls, [`due since ${String(START_MS + 10)}`])
    assert.ok(harness.context.isSuspended)
    settle(new Error('disk is full'))
    await assert.rejects(harness.context.resumed(), (error) => FlinkError.is(error, 'OPERATOR_FAILED'))
    await harness.operator.close()
  })
})
