import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type { SourceContext } from '../../../../../src/api/functions/source-function.js'
import { MAX_WATERMARK } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import { StreamSource } from '../../../../../src/runtime/taskmanager/operators/stream-source.js'
import type { OperatorContext } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import { turn } from '../../../../operators/operator-harness.js'
import { PlayedTask, sourceWith } from './played-task.js'

function started(run: () => unknown): Promise<PlayedTask> {
  return PlayedTask.started({ operator: sourceWith(run) })
}

function never(): Promise<void> {
  return new Promise(() => undefined)
}

/** Resolves when the test says so. */
function held() {
  let letGo: () => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const promise = new Promise<void>((resolve, reject) => {
    letGo = resolve
    fail = reject
  })
  return { promise, letGo, fail }
}

describe('A source task', () => {
  it('runs to its end: records, the final watermark, the two ends, FINISHED', async () => {
    const source = await started(() => [1, 2])
    await source.runToEnd()
    const all = ['record', 'record', 'watermark', 'end of data', 'end of partition']
    assert.deepEqual(source.kinds(), all)
    assert.deepEqual(source.states(), ['INITIALIZING', 'RUNNING', 'FINISHED'])
  })

  it('that was idle is active again before its final watermark, which nobody would listen to otherwise', async () => {
    const source = await started(function* (ctx: SourceContext<unknown>) {
      yield 1
      ctx.markAsTemporarilyIdle()
    } as () => unknown)
    await source.runToEnd()
    const end = source.reads[0]?.elements.slice(1, 4)
    assert.deepEqual(end, [
      ['status', 'idle', 0],
      ['status', 'active', 0],
      ['watermark', MAX_WATERMARK, 0],
    ])
  })

  it('waits with its end for an operator that does not finish while the output is full', async () => {
    const left = Array.from({ length: 20_000 }, (_, n) => n)
    let calls = 0
    class LeavesMany extends StreamSource {
      override async finish(): Promise<boolean> {
        calls += 1
        let next = left.shift()
        for (; next !== undefined; next = left.shift()) {
          this.output.collect(next, 0)
          if (!this.context.isOutputAvailable()) return false
        }
        return super.finish()
      }
    }
    const run = { run: () => [] }
    const factory = {
      createStreamOperator: (binding: unknown, context: unknown) =>
        new LeavesMany(binding as OperatorBinding, context as OperatorContext, run),
    }
    const source = await PlayedTask.started({ operator: { kind: 'factory', factory, functions: [run] } })
    for (let steps = 0; steps < 20; steps += 1) {
      source.step()
      await turn()
    }
    // Nobody reads: the operator was asked once, and is asked again when there is room.
    assert.equal(calls, 1)
    assert.deepEqual(source.states(), ['INITIALIZING', 'RUNNING'])
    const inOutput = 20_000 - left.length
    assert.ok(inOutput > 0 && inOutput < 20_000, `${inOutput} records were emitted at once`)
    for (let steps = 0; steps < 10_000 && source.states().at(-1) !== 'FINISHED'; steps += 1) {
      source.step()
      source.drain()
      await turn()
    }
    assert.equal(source.states().at(-1), 'FINISHED')
    assert.ok(calls > 1)
    assert.deepEqual(
      source.reads[0]?.values,
      Array.from({ length: 20_000 }, (_, n) => n),
    )
    assert.deepEqual(source.kinds().slice(-2), ['end of data', 'end of partition'])
  })

  it('that waits has no work, steps idly and wakes nobody', async () => {
    const source = await started(never)
    await source.steps(5)
    const before = source.wakes
    for (let steps = 0; steps < 100; steps += 1) {
      assert.equal(source.step(), 'idle')
      await turn()
    }
    assert.equal(source.task.hasWork(), false)
    assert.equal(source.wakes, before)
  })

  it('takes a checkpoint between its records and goes on', async () => {
    let emitted = 0
    const source = await started(function* () {
      while (emitted < 200) yield (emitted += 1)
    })
    source.task.step(0)
    source.trigger(1)
    for (let steps = 0; steps < 5; steps += 1) {
      source.task.step(0)
      await turn()
    }
    await source.runToEnd()
    const barrier = source.kinds().indexOf('barrier')
    assert.ok(barrier > 0 && barrier < 200)
    assert.equal(source.reads[0]?.values.length, 200)
    assert.deepEqual(source.answers(), ['acknowledge-checkpoint'])
  })

  it('takes part in a checkpoint that finds it at its end, as long as its output is open', async () => {
    const source = await started(() => [])
    while (source.step() !== 'more') await turn()
    source.trigger(1)
    await source.runToEnd()
    assert.deepEqual(source.kinds().slice(-1), ['end of partition'])
    assert.ok(source.kinds().includes('barrier'))
    assert.deepEqual(source.answers(), ['acknowledge-checkpoint'])
  })

  for (const [mode, before] of [
    ['suspend', ['barrier']],
    ['drain', ['watermark', 'end of data', 'barrier']],
  ] as const) {
    it(`stopped with a savepoint (${mode}) emits nothing after it and ends when that is complete`, async () => {
      let emitted = 0
      const source = await started(function* () {
        for (;;) yield (emitted += 1)
      })
      source.trigger(1, mode)
      for (let steps = 0; steps < 20; steps += 1) {
        source.task.step(0)
        source.drain()
        await turn()
      }
      const emittedBefore = emitted
      assert.deepEqual(
        source.kinds().filter((kind) => kind !== 'record'),
        before,
      )
      source.task.notifyCheckpointComplete(1)
      await source.runToEnd()
      const end = mode === 'drain' ? ['end of partition'] : ['end of data', 'end of partition']
      assert.deepEqual(source.kinds().slice(-end.length), end)
      assert.equal(emitted, emittedBefore)
    })
  }

  it('goes on when the savepoint to stop with is aborted', async () => {
    let emitted = 0
    const source = await started(function* () {
      while (emitted < 3) yield (emitted += 1)
    })
    source.trigger(1, 'suspend')
    await source.steps(5)
    source.task.notifyCheckpointAborted(1)
    await source.runToEnd()
    assert.deepEqual(source.reads[0]?.values, [1, 2, 3])
    assert.equal(source.kinds().filter((kind) => kind === 'watermark').length, 1)
  })

  it('fails when the savepoint is aborted for which its data was ended early', async () => {
    const drained = await started(function* () {
      for (;;) yield 1
    })
    drained.trigger(1, 'drain')
    await drained.steps(5)
    drained.task.notifyCheckpointAborted(1)
    assert.equal(drained.states().at(-1), 'FAILED')
  })

  it('fails once, with its first error', async () => {
    const source = await started(() => {
      throw new Error('boom')
    })
    await source.steps(5)
    source.task.fail(new Error('later'))
    await source.task.cancel()
    assert.deepEqual(source.states(), ['INITIALIZING', 'RUNNING', 'FAILED'])
    assert.equal(source.step(), 'done')
  })

  it('is cancelled once, and nothing runs afterwards', async () => {
    const source = await started(never)
    source.step()
    await Promise.all([source.task.cancel(), source.task.cancel()])
    source.trigger(1)
    source.step()
    assert.deepEqual(source.states(), ['INITIALIZING', 'RUNNING', 'CANCELING', 'CANCELED'])
    assert.deepEqual(source.answers(), [])
  })

  it('that is cancelled while its operators are finished ends, and writes no end', async () => {
    const finishing = held()
    const sink = {
      kind: 'sink',
      function: { invoke: () => undefined, finish: () => finishing.promise },
    } as OperatorSpec
    const task = await PlayedTask.started({ place: 'sink', operator: sink })
    task.upstream.writeEndOfData()
    task.upstream.writeEndOfPartition()
    await task.steps(3)
    const canceled = task.task.cancel()
    finishing.letGo()
    await canceled
    await task.steps(3)
    assert.deepEqual(task.states(), ['INITIALIZING', 'RUNNING', 'CANCELING', 'CANCELED'])
  })
})

describe('A task that is being opened', () => {
  /** A map whose `open` waits for the test. */
  function slowMap(others: object = {}) {
    const opening = held()
    const calls: string[] = []
    const userFunction = {
      setRuntimeContext: () => undefined,
      getRuntimeContext: () => undefined,
      open: async () => {
        calls.push('open')
        await opening.promise
        calls.push('opened')
      },
      close: () => {
        calls.push('close')
      },
      map: (value: unknown) => value,
      ...others,
    }
    const operator = { kind: 'map', function: userFunction } as unknown as OperatorSpec
    return { operator, opening, calls }
  }

  for (const end of ['cancel', 'fail'] as const) {
    it(`is not closed before that has ended, when it comes to ${end}, however long it takes`, async () => {
      const { operator, opening, calls } = slowMap()
      const played = await PlayedTask.started({ place: 'map', operator })
      let ended: Promise<void> | undefined
      if (end === 'cancel') ended = played.task.cancel()
      else played.task.fail(new Error('elsewhere'))
      played.clock.advance(60_000)
      await turn()
      assert.deepEqual(calls, ['open'])
      assert.equal(played.states().at(-1), end === 'cancel' ? 'CANCELING' : 'FAILED')
      opening.letGo()
      await ended
      await turn()
      assert.deepEqual(calls, ['open', 'opened', 'close'])
      if (end === 'cancel') assert.equal(played.states().at(-1), 'CANCELED')
      assert.ok(!played.states().includes('RUNNING'))
    })
  }

  it('says that it is being cancelled and nothing more where that never ends: its worker is to be ended', async () => {
    const { operator, calls } = slowMap()
    const played = await PlayedTask.started({ place: 'map', operator })
    void played.task.cancel()
    played.clock.advance(1_000_000)
    await turn()
    assert.deepEqual(played.states(), ['INITIALIZING', 'CANCELING'])
    assert.deepEqual(calls, ['open'])
  })

  it('that is cancelled before its first step was never opened', async () => {
    const { operator, calls } = slowMap()
    const played = new PlayedTask({ place: 'map', operator })
    played.task.start()
    await played.task.cancel()
    assert.deepEqual(played.states(), ['INITIALIZING', 'CANCELING', 'CANCELED'])
    assert.deepEqual(calls, [])
  })

  it('fails with the error of its function, which is closed then', async () => {
    const { operator, opening, calls } = slowMap()
    const played = await PlayedTask.started({ place: 'map', operator })
    opening.fail(new Error('no connection'))
    await played.steps(3)
    const [closing, failed, closed] = played.sent.slice(-3)
    assert.ok(failed?.type === 'task-state-changed' && failed.state === 'FAILED')
    assert.match(String(failed.error?.cause?.message), /no connection/)
    assert.deepEqual([closing?.type, closed?.type], ['task-closing', 'task-closed'])
    assert.deepEqual(calls, ['open', 'close'])
  })

  it('says that it closes again when it is cancelled meanwhile, that it is closed when it is, and nothing after that', async () => {
    const closing = held()
    const close = { close: () => closing.promise }
    const { operator, opening } = slowMap(close)
    const played = await PlayedTask.started({ place: 'map', operator })
    opening.letGo()
    await played.steps(3)
    played.task.fail(new Error('elsewhere'))
    const told = (): string[] => played.sent.map(({ type }) => type).filter((type) => type.startsWith('task-clos'))
    await turn()
    assert.deepEqual(told(), ['task-closing'])
    void played.task.cancel()
    await turn()
    assert.deepEqual(told(), ['task-closing', 'task-closing'])
    closing.letGo()
    await turn()
    assert.deepEqual(told(), ['task-closing', 'task-closing', 'task-closed'])
    void played.task.cancel()
    await turn()
    assert.equal(told().length, 3)
    assert.deepEqual(played.states(), ['INITIALIZING', 'RUNNING', 'FAILED'])
  })
})
