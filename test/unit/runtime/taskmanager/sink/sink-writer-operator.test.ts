/** Flink's SinkWriterOperatorTestBase as facts, and what is asynchronous here. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type {
  Sink,
  SinkWriter,
  StatefulSinkWriter,
  SupportsWriterState,
  Watermark,
  WriterInitContext,
} from '../../../../../src/index.js'
import { turn } from '../../../../operators/operator-harness.js'
import { described, harnessOf, OuterSystem } from './outer-system.js'

/** Keeps what it has not sent. */
class Keeping implements Sink<string>, SupportsWriterState<string, string> {
  restored: readonly string[] | undefined

  createWriter(): StatefulSinkWriter<string, string> {
    return this.#writer([])
  }

  restoreWriter(_context: WriterInitContext, states: readonly string[]): StatefulSinkWriter<string, string> {
    this.restored = states
    return this.#writer([...states])
  }

  #writer(kept: string[]): StatefulSinkWriter<string, string> {
    return { write: (element) => void kept.push(element), flush: () => undefined, snapshotState: () => kept }
  }
}

/** Takes a record `a`, and each watermark, until it is let go. */
function slowWriter(): { readonly writer: SinkWriter<string>; readonly calls: string[]; readonly letGo: () => void } {
  const calls: string[] = []
  let settle: () => void = () => undefined
  const pending = (): Promise<void> => new Promise((resolve) => (settle = resolve))
  const writer: SinkWriter<string> = {
    write: (element) => {
      calls.push(element)
      return element === 'a' ? pending() : undefined
    },
    writeWatermark: (watermark) => {
      calls.push(`time ${watermark.getTimestamp()}`)
      return pending()
    },
    flush: (endOfInput) => void calls.push(`flush ${String(endOfInput)}`),
  }
  return {
    writer,
    calls,
    letGo: () => {
      settle()
    },
  }
}

function failure(code: string): (error: unknown) => boolean {
  return (error) => FlinkError.is(error) && error.code === code
}

describe('SinkWriterOperator', () => {
  it('has flushed and emitted a summary and the committables before the barrier', async () => {
    const system = new OuterSystem()
    const harness = await harnessOf({ kind: 'sink-writer', sink: system }, { subtaskIndex: 1, parallelism: 3 }).open()
    harness.processElement('a')
    harness.processElement('b')
    await harness.snapshot(5)
    assert.deepEqual(system.calls, ['flush false'])
    assert.deepEqual(described(harness), ['5: 2 of subtask 1/3', '5: a', '5: b'])
    await harness.snapshot(6)
    assert.deepEqual(described(harness), ['6: 0 of subtask 1/3'])
    await harness.close()
    assert.equal(system.closed, 1)
  })

  it('flushes for the end of the input once, and gives the rest an id that the next checkpoint covers', async () => {
    const system = new OuterSystem()
    const harness = await harnessOf({ kind: 'sink-writer', sink: system }).open()
    await harness.snapshot(4)
    harness.processElement('a')
    await harness.finish()
    await harness.snapshot(7)
    assert.deepEqual(system.calls, ['flush false', 'flush true'])
    assert.deepEqual(described(harness), ['4: 0 of subtask 0/1', '5: 1 of subtask 0/1, the last', '5: a'])
    await harness.close()
  })

  it('counts on from the restored checkpoint when the input ends at once', async () => {
    const system = new OuterSystem()
    const harness = await harnessOf({ kind: 'sink-writer', sink: system }).open(undefined, 11)
    assert.equal(system.restoredFrom, 11)
    await harness.finish()
    assert.deepEqual(described(harness), ['12: 0 of subtask 0/1, the last'])
    await harness.close()
  })

  it('waits with the flush until all that was written is written, records that came meanwhile too', async () => {
    const { writer, calls, letGo } = slowWriter()
    const harness = await harnessOf({ kind: 'sink-writer', sink: { createWriter: () => writer } }).open()
    harness.processElement('a')
    harness.processElement('b')
    const snapshot = harness.snapshot(1)
    await turn()
    assert.deepEqual(calls, ['a'])
    letGo()
    await snapshot
    assert.deepEqual(calls, ['a', 'b', 'flush false'])
    await harness.close()
  })

  it('tells the writer of time once, after the records before it, and passes it on', async () => {
    const seen: unknown[] = []
    const writer: SinkWriter<string> = {
      write: (element, context) => void seen.push([element, context.timestamp(), context.currentWatermark()]),
      writeWatermark: (watermark: Watermark) => void seen.push(watermark.getTimestamp()),
      flush: () => undefined,
    }
    const harness = await harnessOf({
      kind: 'sink-writer',
      sink: { createWriter: () => writer },
    }).open()
    harness.processElement('a', 3)
    harness.processWatermark(5)
    harness.processElement('b')
    assert.deepEqual(seen, [['a', 3, -Infinity], 5, ['b', null, 5]])
    assert.deepEqual(harness.context.output.take(), [{ kind: 'watermark', timestamp: 5 }])
    await harness.close()
  })

  it('waits for what a writer does with time, before later records and before the last flush', async () => {
    const { writer, calls, letGo } = slowWriter()
    const harness = await harnessOf({ kind: 'sink-writer', sink: { createWriter: () => writer } }).open()
    harness.processElement('a')
    harness.processWatermark(5)
    harness.processElement('b')
    letGo()
    await turn()
    assert.deepEqual(calls, ['a', 'time 5'])
    letGo()
    await harness.resumed()
    assert.deepEqual(calls.splice(0), ['a', 'time 5', 'b'])
    harness.processWatermark(9)
    assert.ok(harness.context.isSuspended)
    const finished = harness.finish()
    await turn()
    assert.deepEqual(calls, ['time 9'])
    letGo()
    await finished
    assert.deepEqual(calls, ['time 9', 'flush true'])
    await harness.close()
  })

  it('names itself where its writer fails of time', async () => {
    const wrong = [() => Promise.reject(new Error('no time')), () => assert.fail('no time')]
    for (const writeWatermark of wrong) {
      const writer: SinkWriter<string> = { write: () => undefined, flush: () => undefined, writeWatermark }
      const harness = await harnessOf({ kind: 'sink-writer', sink: { createWriter: () => writer } }).open()
      const failed = async (): Promise<void> => {
        harness.processWatermark(5)
        await harness.resumed()
      }
      await assert.rejects(failed(), failure('OPERATOR_FAILED'))
      await harness.close()
    }
  })

  it('gives writers their state back', async () => {
    const first = await harnessOf({ kind: 'sink-writer', sink: new Keeping() }).open()
    first.processElement('a')
    first.processElement('b')
    const state = await first.snapshot(3)
    await first.close()
    const sink = new Keeping()
    const second = await harnessOf({ kind: 'sink-writer', sink: sink }).open(state, 3)
    assert.deepEqual(sink.restored, ['a', 'b'])
    await second.close()
  })

  it('calls a writer back at a time of the clock, and waits for what it begins', async () => {
    const calls: string[] = []
    let settle: () => void = () => undefined
    const sink: Sink<unknown> = {
      createWriter: (context) => {
        const service = context.getProcessingTimeService()
        service.registerTimer(service.getCurrentProcessingTime() + 10, () => {
          calls.push('rolled')
          return new Promise((resolve) => (settle = resolve))
        })
        return { write: () => undefined, flush: () => undefined }
      },
    }
    const harness = await harnessOf({ kind: 'sink-writer', sink }).open()
    harness.setProcessingTime(harness.context.clock.now() + 20)
    assert.deepEqual(calls, ['rolled'])
    assert.ok(harness.context.isSuspended)
    settle()
    await harness.resumed()
    await harness.close()
  })

  it('refuses a timer without a time or without anybody to call', async () => {
    const wrong = [
      [Number.NaN, () => undefined],
      ['soon', () => undefined],
      [5, undefined],
    ]
    for (const [timestampMs, target] of wrong) {
      const sink: Sink<unknown> = {
        createWriter: (context) => {
          context.getProcessingTimeService().registerTimer(timestampMs as number, target as () => void)
          return { write: () => undefined, flush: () => undefined }
        },
      }
      await assert.rejects(
        harnessOf({ kind: 'sink-writer', sink }).open(),
        (error) => FlinkError.is(error) && ['TIMER_TIMESTAMP_INVALID', 'OPERATOR_FAILED'].includes(error.code),
      )
    }
  })

  it('refuses what is no writer, and no list of committables', async () => {
    const noWriter = { createWriter: () => ({ write: () => undefined }) } as unknown as Sink<unknown>
    await assert.rejects(harnessOf({ kind: 'sink-writer', sink: noWriter }).open(), failure('SINK_PART_INVALID'))
    const system = new OuterSystem()
    system.createWriter = () => ({
      write: () => undefined,
      flush: () => undefined,
      prepareCommit: () => 'a' as unknown as string[],
    })
    const harness = await harnessOf({ kind: 'sink-writer', sink: system }).open()
    await assert.rejects(harness.snapshot(1), failure('SINK_PART_INVALID'))
  })

  it('says whose state cannot be stored', async () => {
    const sink = new Keeping()
    const writer = sink.createWriter()
    writer.snapshotState = () => [(() => undefined) as unknown as string]
    sink.createWriter = () => writer
    const harness = await harnessOf({ kind: 'sink-writer', sink: sink }).open()
    await assert.rejects(harness.snapshot(1), failure('SINK_NOT_SERIALIZABLE'))
    await harness.close()
  })
})
