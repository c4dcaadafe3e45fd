/** An operator with an aggregate and a window function in it: their hooks, in order, and what becomes of their errors. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type {
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../../../../../src/api/functions/checkpointed-function.js'
import { RichFunction } from '../../../../../src/api/functions/rich-function.js'
import { ListStateDescriptor } from '../../../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../../../src/api/state/list-state.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { Logger } from '../../../../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import { OneInputUdfOperator } from '../../../../../src/runtime/taskmanager/operators/one-input-udf-operator.js'
import type { OperatorContext } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { StreamOperatorBase } from '../../../../../src/runtime/taskmanager/operators/stream-operator-base.js'
import type { Input } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { OneInputStreamOperatorTestHarness } from '../../../../operators/one-input-stream-operator-test-harness.js'
import { MemoryStreams } from '../../../../contract/runtime/state-backend-streams.js'
import { bindingOf, settled, snapshotOperator } from '../../../../operators/operator-harness.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

/** Says what it is called with; breaks in one call, and takes a turn for it where it is slow. */
abstract class Noting extends RichFunction {
  readonly #calls: string[]
  readonly #name: string
  failIn: readonly string[] = []
  isSlow = false

  constructor(name: string, calls: string[]) {
    super()
    this.#name = name
    this.#calls = calls
  }
  override open(): void | Promise<void> {
    return this.note('open')
  }
  override close(): void | Promise<void> {
    return this.note('close')
  }
  notifyCheckpointComplete(id: number): void | Promise<void> {
    return this.note(`complete ${String(id)}`)
  }
  protected note(call: string): void | Promise<void> {
    if (this.isSlow) return new Promise((resolve) => setImmediate(resolve)).then(() => this.#note(call))
    this.#note(call)
  }
  #note(call: string): void {
    this.#calls.push(`${this.#name} ${call}`)
    if (this.failIn.includes(call)) throw new TypeError(`broken ${this.#name} ${call}`)
  }
}

/** Adds up, and keeps the sum by itself. */
class Sum extends Noting {
  sum = 0
  #stored: ListState<number> | undefined
  add(value: number): number {
    return (this.sum += value)
  }
  initializeState(context: FunctionInitializationContext): void | Promise<void> {
    this.getRuntimeContext()
    this.#stored = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('sum'))
    for (const sum of this.#stored.get()) this.sum += sum
    return this.note(`initializeState ${String(context.isRestored())}`)
  }
  snapshotState(context: FunctionSnapshotContext): void | Promise<void> {
    this.#stored?.update([this.sum])
    return this.note(`snapshotState ${String(context.getCheckpointId())}`)
  }
}

/** Counts what it fires; the operator keeps the list for it. */
class Fire extends Noting {
  fired = 0
  process(sum: number): string {
    this.fired += 1
    return `${String(this.fired)}: ${String(sum)}`
  }
  restoreState(fired: readonly number[]): void | Promise<void> {
    this.fired = fired[0] ?? 0
    return this.note('restoreState')
  }
  snapshotState(): number[] | Promise<number[]> {
    const noted = this.note('snapshotState')
    return noted === undefined ? [this.fired] : noted.then(() => [this.fired])
  }
}

class AggregatingOperator extends OneInputUdfOperator {
  readonly #aggregate: Sum
  readonly #fire: Fire
  constructor(binding: OperatorBinding, context: OperatorContext, aggregate: Sum, fire: Fire) {
    super(binding, context)
    this.#aggregate = aggregate
    this.#fire = fire
  }
  processElement(value: unknown, timestamp: number): void {
    this.output.collect(this.#fire.process(this.#aggregate.add(value as number)), timestamp)
  }
}

function rig(logger: Logger = SILENT_LOGGER) {
  const calls: string[] = []
  const [sum, fire] = [new Sum('sum', calls), new Fire('fire', calls)]
  const createStreamOperator = (binding: unknown, context: unknown): object =>
    new AggregatingOperator(binding as OperatorBinding, context as OperatorContext, sum, fire)
  const spec: OperatorSpec = { kind: 'factory', factory: { createStreamOperator }, functions: [sum, fire] }
  const harness = new OneInputStreamOperatorTestHarness(bindingOf(spec), new TestOperatorContext({ logger }))
  return { calls, sum, fire, harness, operator: harness.operator }
}

function broken(call: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(FlinkError.is(error, 'OPERATOR_FAILED'), String(error))
    assert.equal(error.message, `Op (subtask 1 of 1) failed: TypeError: broken ${call}`)
    return true
  }
}

describe('An operator with two user functions', () => {
  for (const isSlow of [false, true]) {
    it(`opens them in their order and closes them in reverse, ${isSlow ? 'each when the one before is done' : 'at once'}`, async () => {
      const { calls, sum, fire, harness, operator } = rig()
      sum.isSlow = fire.isSlow = isSlow
      await harness.open()
      harness.processElement(3)
      await harness.snapshot(8)
      await operator.notifyCheckpointComplete(8)
      await harness.finishAndClose()
      await operator.close()
      assert.deepEqual(calls, [
        ...['sum initializeState false', 'sum open', 'fire open', 'sum snapshotState 8', 'fire snapshotState'],
        ...['sum complete 8', 'fire complete 8', 'fire close', 'sum close'],
      ])
    })

    it(`gives each its own state back, from ${isSlow ? 'asynchronous' : 'synchronous'} hooks`, async () => {
      const before = rig()
      before.sum.isSlow = before.fire.isSlow = isSlow
      await before.harness.open()
      for (const value of [1, 2]) before.harness.processElement(value)
      const state = await before.harness.snapshot(4)
      const after = rig()
      await after.harness.open(state, 4)
      after.harness.processElement(10)
      assert.deepEqual(after.harness.context.output.values(), ['3: 13'])
      assert.deepEqual(after.calls, ['sum initializeState true', 'fire restoreState', 'sum open', 'fire open'])
    })
  }

  it('takes a synchronous snapshot of both before anything else can happen', async () => {
    const { harness, operator, sum } = rig()
    await harness.open()
    harness.processElement(5)
    const streams = new MemoryStreams()
    const snapshot = operator.snapshotState({ checkpointId: 1, timestamp: 5000, isSavepoint: false, streams })
    assert.equal(sum.sum, 5)
    harness.processElement(100)
    const state = await settled((await snapshot).complete(), harness.context)
    const after = rig()
    await after.harness.open(state, 1)
    assert.equal(after.sum.sum, 5)
    await operator.close()
  })

  it('closes both where one of them did not open, or does not begin', async () => {
    for (const failIn of ['open', 'initializeState false']) {
      const { calls, sum, harness, operator } = rig()
      sum.failIn = [failIn]
      await assert.rejects(harness.open(), broken(`sum ${failIn}`))
      await operator.close()
      assert.deepEqual(calls.slice(-2), ['fire close', 'sum close'])
      assert.ok(!calls.includes('fire open'))
    }
  })

  it('closes the other one where one fails to, and tells of the first that failed', async () => {
    const warnings: unknown[] = []
    const { calls, sum, fire, harness, operator } = rig({
      ...SILENT_LOGGER,
      warn: (_, fields) => warnings.push(fields),
    })
    sum.failIn = fire.failIn = ['close']
    await harness.open()
    await assert.rejects(operator.close(), broken('fire close'))
    assert.deepEqual(calls.slice(-2), ['fire close', 'sum close'])
    assert.deepEqual(warnings, [{ operator: 'Op', reason: 'TypeError: broken sum close' }])
  })

  it('fails a snapshot with the hook of either, the second not being asked after the first', async () => {
    for (const isSlow of [false, true]) {
      const { calls, sum, fire, harness } = rig()
      sum.isSlow = fire.isSlow = isSlow
      await harness.open()
      fire.failIn = ['snapshotState']
      await assert.rejects(harness.snapshot(1), broken('fire snapshotState'))
      sum.failIn = ['snapshotState 2']
      await assert.rejects(harness.snapshot(2), broken('sum snapshotState 2'))
      assert.equal(calls.at(-1), 'sum snapshotState 2')
    }
  })
})

describe('An operator without user functions', () => {
  it('has state and the whole life of an operator', async () => {
    class Keeping extends StreamOperatorBase {
      readonly inputs: readonly Input[] = []
      get stored(): ListState<number> {
        return this.state.operatorBackend.getListState(new ListStateDescriptor<number>('kept'))
      }
    }
    const binding = bindingOf({ kind: 'factory', factory: { createStreamOperator: () => ({}) }, functions: [] })
    const context = new TestOperatorContext()
    const first = new Keeping(binding, context)
    await first.initializeState(undefined, undefined)
    await first.open()
    first.stored.update([1, 2])
    const state = await snapshotOperator(first, context)
    await first.notifyCheckpointComplete(1)
    await first.notifyCheckpointAborted(2)
    assert.equal(await first.finish(), true)
    await first.close()
    await first.close()
    const second = new Keeping(binding, context)
    await second.initializeState(state, 1)
    assert.deepEqual([...second.stored.get()], [1, 2])
  })
})
