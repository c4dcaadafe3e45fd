import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SourceContext, SourceFunction } from '../../../../../src/api/functions/source-function.js'
import { ListStateDescriptor } from '../../../../../src/api/state/list-state-descriptor.js'
import type { FunctionInitializationContext } from '../../../../../src/api/functions/checkpointed-function.js'
import type { ListState } from '../../../../../src/api/state/list-state.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { NO_TIMESTAMP } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import { MemoryStreams } from '../../../../contract/runtime/state-backend-streams.js'
import { bindingOf, turn } from '../../../../operators/operator-harness.js'
import { UNLIMITED, type OutputRoom } from '../../../../operators/recording-output.js'
import { SourceOperatorTestHarness } from '../../../../operators/source-operator-test-harness.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'
import { record, status, watermark } from '../../../../operators/stream-elements.js'

function harnessOf(source: SourceFunction<unknown>, room: OutputRoom = UNLIMITED): Promise<SourceOperatorTestHarness> {
  const context = new TestOperatorContext({ room })
  return new SourceOperatorTestHarness(bindingOf({ kind: 'source-function', function: source }), context).open()
}

function runOf(run: (ctx: SourceContext<unknown>) => unknown): SourceFunction<unknown> {
  return { run } as SourceFunction<unknown>
}

describe('StreamSource', () => {
  it('tells a run that awaits collect to wait while an operator of its chain takes no input', async () => {
    let collected = 0
    const harness = await harnessOf(
      runOf(async (ctx) => {
        for (const n of [1, 2, 3]) {
          collected = n
          await ctx.collect(n)
        }
      }),
    )
    const { emissions, output } = harness.context
    emissions.holdInput(harness)
    harness.operator.emitNext()
    await turn()
    assert.equal(collected, 1)
    emissions.releaseInput(harness)
    await harness.run()
    assert.deepEqual(output.values(), [1, 2, 3])
  })

  it('emits records, timestamps, watermarks and idleness in the order of the calls', async () => {
    const harness = await harnessOf(
      runOf(function* (ctx) {
        void ctx.collect('a')
        void ctx.collectWithTimestamp('b', 5)
        ctx.emitWatermark(4)
        ctx.markAsTemporarilyIdle()
        yield
        yield 'c'
      }),
    )
    await harness.run()
    assert.deepEqual(harness.context.output.emitted, [
      record('a', NO_TIMESTAMP),
      record('b', 5),
      watermark(4),
      status('idle'),
      status('active'),
      record('c', NO_TIMESTAMP),
    ])
  })

  it('emits records as they were when they were collected, however often their object is filled again', async () => {
    const record = { n: 0 }
    const fill = (n: number): object => {
      record.n = n
      return record
    }
    const sources: readonly ((ctx: SourceContext<unknown>) => unknown)[] = [
      (ctx) => [1, 2, 3].forEach((n) => void ctx.collect(fill(n))),
      (ctx) => [1, 2, 3].forEach((n) => void ctx.collectWithTimestamp(fill(n), NO_TIMESTAMP)),
      async (ctx) => {
        for (const n of [1, 2, 3]) await ctx.collect(fill(n))
        fill(-1)
      },
      async function* () {
        for (const n of [1, 2, 3]) yield await Promise.resolve(fill(n))
        fill(-1)
      },
      function* (ctx) {
        void ctx.collect(fill(1))
        yield fill(2)
        void ctx.collect(fill(3))
        fill(-1)
      },
    ]
    for (const run of sources) {
      const harness = await harnessOf(runOf(run))
      await harness.run()
      assert.deepEqual(harness.context.output.values(), [{ n: 1 }, { n: 2 }, { n: 3 }])
    }
  })

  it('emits what any iterable holds', async () => {
    const harness = await harnessOf(runOf(() => [1, 2, 3]))
    await harness.run()
    assert.deepEqual(harness.context.output.values(), [1, 2, 3])
  })

  it('asks a generator for no record that there is no room for', async () => {
    let asked = 0
    const harness = await harnessOf(
      runOf(function* () {
        for (;;) yield (asked += 1)
      }),
      { ...UNLIMITED, slots: () => 3 },
    )
    harness.operator.emitNext()
    assert.equal(asked, 3)
    assert.equal(harness.operator.emitNext(), 'more')
    assert.equal(asked, 3)
  })

  it('makes an async function wait while the output is full, and goes on when there is room', async () => {
    let collected = 0
    const harness = await harnessOf(
      runOf(async (ctx) => {
        for (; collected < 10_000;) {
          collected += 1
          await ctx.collect(collected)
        }
      }),
    )
    harness.operator.emitNext()
    await turn()
    assert.ok(collected <= 513, `${String(collected)} records were taken without room`)
    await harness.run()
    assert.equal(harness.context.output.values().length, 10_000)
  })

  it('bounds what it takes from an async generator ahead of the output', async () => {
    let made = 0
    const harness = await harnessOf(
      runOf(async function* () {
        await Promise.resolve()
        while (made < 10_000) yield (made += 1)
      }),
    )
    harness.operator.emitNext()
    await turn()
    assert.ok(made <= 513, `${String(made)} records were taken without room`)
    await harness.run()
    assert.equal(harness.context.output.values().length, 10_000)
  })

  it('stops a run that collects without ever waiting', async () => {
    const harness = await harnessOf(
      runOf((ctx) => {
        for (;;) void ctx.collect(1)
      }),
    )
    assert.throws(
      () => harness.operator.emitNext(),
      (error) => FlinkError.is(error, 'SOURCE_BUFFER_OVERFLOW'),
    )
  })

  it('leaves a generator that pauses alone: for 1 ms, and longer with each pause that follows', async () => {
    let asked = 0
    const harness = await harnessOf(
      runOf(function* () {
        for (;;) {
          asked += 1
          yield asked === 4 ? 'record' : undefined
        }
      }),
    )
    const { clock } = harness.context
    const delays: number[] = []
    for (let pause = 0; pause < 8; pause += 1) {
      assert.equal(harness.operator.emitNext(), 'waiting')
      const start = clock.monotonicMs()
      delays.push((clock.nextTimerAt() ?? start) - start)
      assert.equal(harness.context.hasMail, false)
      clock.advance(delays.at(-1) ?? 0)
      assert.equal(harness.context.hasMail, true)
      harness.context.runMail()
    }
    assert.deepEqual(delays, [2, 4, 8, 1, 2, 4, 8, 16])
    harness.operator.cancel()
    assert.equal(clock.pendingTimers, 0)
  })

  it('does not keep the thread when an async generator only pauses', async () => {
    let pauses = 0
    const harness = await harnessOf(
      runOf(async function* () {
        for (;;) {
          pauses += 1
          await Promise.resolve()
          yield undefined
        }
      }),
    )
    for (let steps = 0; steps < 5; steps += 1) assert.equal(await harness.step(), 'waiting')
    assert.ok(pauses >= 5 && pauses <= 6, `${String(pauses)} pauses in 5 steps`)
    harness.operator.cancel()
  })

  const failing = {
    'a generator': runOf(function* () {
      yield 1
      throw new Error('broken')
    }),
    'an async generator': runOf(async function* () {
      yield await Promise.resolve(1)
      throw new Error('broken')
    }),
    'an async function': runOf(async (ctx) => {
      await ctx.collect(1)
      throw new Error('broken')
    }),
  }
  for (const [shape, source] of Object.entries(failing)) {
    it(`emits what came before and fails with the error of ${shape}`, async () => {
      const harness = await harnessOf(source)
      await assert.rejects(harness.run(), (error) => {
        assert.ok(FlinkError.is(error, 'OPERATOR_FAILED'))
        assert.match(error.message, /broken/)
        return true
      })
      assert.deepEqual(harness.context.output.values(), [1])
    })
  }

  it('ends at once when it is cancelled: cancel is called, finally blocks run, later errors and records are dropped', async () => {
    const events: string[] = []
    let release: (error: Error) => void = () => undefined
    const asyncSource: SourceFunction<unknown> = {
      async run(ctx) {
        await ctx.collect(1)
        await new Promise((_resolve, reject) => {
          release = reject
        })
      },
      cancel() {
        events.push('cancel')
      },
    }
    const generator = runOf(function* () {
      try {
        for (;;) yield 1
      } finally {
        events.push('finally')
      }
    })
    for (const source of [asyncSource, generator]) {
      const harness = await harnessOf(source)
      await harness.step()
      await harness.step()
      harness.operator.cancel()
      harness.operator.cancel()
      assert.equal(harness.operator.emitNext(), 'end')
      release(new Error('connection closed'))
      await turn()
      await harness.operator.close()
    }
    assert.deepEqual(events, ['cancel', 'finally'])
  })

  it('holds records that an async run collects once the snapshot is prepared until the barrier is out', async () => {
    class Counter implements SourceFunction<number> {
      next = 0
      go: () => void = () => undefined
      #state: ListState<number> | undefined
      initializeState(context: FunctionInitializationContext): void {
        this.#state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('next'))
        for (const next of this.#state.get()) this.next = next
      }
      snapshotState(): void {
        this.#state?.update([this.next])
      }
      async run(ctx: SourceContext<number>): Promise<void> {
        for (;;) {
          await ctx.collect(this.next++)
          await new Promise<void>((resolve) => {
            this.go = resolve
          })
        }
      }
    }
    const counter = new Counter()
    const harness = await harnessOf(counter)
    await harness.step()
    counter.go()
    await turn()
    const prepared = harness.operator.prepareSnapshotPreBarrier(1)
    counter.go()
    await prepared
    await turn()
    const beforeBarrier = harness.context.output.values()
    counter.go()
    await turn()
    const request = { checkpointId: 1, timestamp: 1, isSavepoint: false, streams: new MemoryStreams() }
    const state = await (await harness.operator.snapshotState(request)).complete()
    assert.deepEqual(beforeBarrier, [0, 1])
    assert.deepEqual(harness.context.output.values(), [0, 1])
    const restored = new Counter()
    const binding = bindingOf({ kind: 'source-function', function: restored })
    const next = await new SourceOperatorTestHarness(binding, new TestOperatorContext()).open(state, 1)
    await next.step()
    await next.step()
    assert.deepEqual(next.context.output.values(), [2])
    harness.operator.cancel()
    next.operator.cancel()
  })

  it('refuses the context after run has returned', async () => {
    let kept: SourceContext<unknown> | undefined
    const harness = await harnessOf(
      runOf((ctx) => {
        kept = ctx
      }),
    )
    await harness.run()
    assert.throws(() => kept?.collect(1), /after run\(\) had returned/)
  })
})
