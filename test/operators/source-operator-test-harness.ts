/** A source and the task around it. */
import assert from 'node:assert/strict'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { createOperator, isSourceOperator } from '../../src/runtime/taskmanager/task/operator-factory.js'
import type { SourceStatus, SourceStreamOperator } from '../../src/runtime/taskmanager/operators/stream-operator.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { snapshotOperator, turn } from './operator-harness.js'
import type { TestOperatorContext } from './test-operator-context.js'

const MOST_STEPS = 100_000
/** A generator's first `more` may come before its first record; for ever it may not. */
const MOST_IDLE_STEPS = 100

export class SourceOperatorTestHarness {
  readonly context: TestOperatorContext
  readonly operator: SourceStreamOperator
  /** How many elements a step may emit beyond the one that fills the output. */
  overdraft = 4
  #idleSteps = 0

  constructor(binding: OperatorBinding, context: TestOperatorContext) {
    const operator = createOperator(binding, context)
    assert.ok(isSourceOperator(operator), 'this is not a source')
    this.context = context
    this.operator = operator
  }

  async open(restored?: OperatorSubtaskState, checkpointId?: number): Promise<this> {
    await this.operator.initializeState(restored, checkpointId)
    await this.operator.open()
    return this
  }

  /** One step of the task; the output is read after it. */
  async step(): Promise<SourceStatus> {
    const { context } = this
    context.runMail()
    const { time } = context
    const status = time.isPending ? this.#continueTime() : this.#emitNext()
    context.output.drain()
    await turn()
    return time.isPending ? 'more' : status
  }

  /** Steps until the source has ended, or `enough` says so. */
  async run(enough: () => boolean = () => false): Promise<SourceStatus> {
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      const status = await this.step()
      if (status === 'end' || enough()) return status
    }
    return assert.fail('the source did not end')
  }

  snapshot(checkpointId: number): Promise<OperatorSubtaskState | undefined> {
    return snapshotOperator(this.operator, this.context, checkpointId)
  }

  async close(): Promise<void> {
    await this.operator.close()
    assert.equal(this.context.clock.pendingTimers, 0, 'a timer is left of the source')
  }

  #continueTime(): SourceStatus {
    this.context.output.beginCall(this.overdraft)
    this.context.time.continue()
    return 'more'
  }

  #emitNext(): SourceStatus {
    const { output } = this.context
    output.beginCall(this.overdraft)
    if (!output.isAvailable) return 'more'
    const before = output.progress
    try {
      const status = this.operator.emitNext()
      this.#idleSteps = status === 'more' && output.progress === before ? this.#idleSteps + 1 : 0
      assert.ok(this.#idleSteps < MOST_IDLE_STEPS, 'the source says that it has more, and emits nothing')
      return status
    } finally {
      if (output.violation !== undefined) throw output.violation
    }
  }
}
