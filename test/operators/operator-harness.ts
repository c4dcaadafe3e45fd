import type { KeySpec } from '../../src/api/dag/key-spec.js'
import type { OperatorSpec } from '../../src/api/dag/operator-spec.js'
import { hashKey } from '../../src/core/keygroups/canonical-key.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { NO_TIMESTAMP } from '../../src/runtime/taskmanager/network/stream-element.js'
import { createOperator, isSourceOperator } from '../../src/runtime/taskmanager/operators/operator-factory.js'
import type {
  OneInputStreamOperator,
  SourceStatus,
  SourceStreamOperator,
  StreamOperator,
} from '../../src/runtime/taskmanager/operators/stream-operator.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { MemoryStreams } from '../contract/runtime/state-backend-streams.js'
import type { TestOperatorContext } from './test-operator-context.js'

export function bindingOf(spec: OperatorSpec, key?: KeySpec): OperatorBinding {
  return { operatorId: 'a'.repeat(32), name: 'Op', uid: undefined, spec, keys: [key], outputType: undefined }
}

export const byFirst: KeySpec = { select: (value) => (value as readonly unknown[])[0], kind: 'auto', path: '0' }

/** Takes a snapshot as a task does: before the barrier, synchronous part, then the rest between mails. */
export async function snapshotOperator(
  operator: StreamOperator,
  context: TestOperatorContext,
  checkpointId = 1,
): Promise<OperatorSubtaskState | undefined> {
  await operator.prepareSnapshotPreBarrier(checkpointId)
  const streams = new MemoryStreams()
  const future = await operator.snapshotState({ checkpointId, timestamp: 5000, isSavepoint: false, streams })
  let done = false
  const completed = future.complete().finally(() => {
    done = true
  })
  while (!done) {
    context.runMail()
    await turn()
  }
  return completed
}

/** Lets everything run that does not wait for a test. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** An operator with one input and the task around it. */
export class OneInputOperatorHarness {
  readonly context: TestOperatorContext
  readonly operator: OneInputStreamOperator
  readonly #key: KeySpec | undefined

  constructor(binding: OperatorBinding, context: TestOperatorContext) {
    const operator = createOperator(binding, context)
    if (isSourceOperator(operator)) throw new Error('this is a source')
    this.context = context
    this.operator = operator as OneInputStreamOperator
    this.#key = binding.keys[0]
  }

  async open(restored?: OperatorSubtaskState, checkpointId?: number): Promise<this> {
    await this.operator.initializeState(restored, checkpointId)
    await this.operator.open()
    return this
  }

  processElement(value: unknown, timestamp: number = NO_TIMESTAMP): void {
    const hash = this.#key === undefined ? 0 : hashKey(this.#key.select(value), this.#key.kind)
    this.operator.processElement(value, timestamp, hash)
  }

  snapshot(checkpointId = 1): Promise<OperatorSubtaskState | undefined> {
    return snapshotOperator(this.operator, this.context, checkpointId)
  }

  async finishAndClose(): Promise<void> {
    await this.context.resumed()
    await this.operator.finish()
    await this.operator.close()
  }
}

/** A source and the task around it. */
export class SourceOperatorHarness {
  readonly context: TestOperatorContext
  readonly operator: SourceStreamOperator

  constructor(binding: OperatorBinding, context: TestOperatorContext) {
    const operator = createOperator(binding, context)
    if (!isSourceOperator(operator)) throw new Error('this is not a source')
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
    this.context.runMail()
    const status = this.context.isOutputAvailable() ? this.operator.emitNext() : 'more'
    this.context.output.drain()
    await turn()
    return status
  }

  /** Steps until the source has ended, or `enough` says so. */
  async run(enough: () => boolean = () => false): Promise<void> {
    for (let steps = 0; steps < 100_000; steps += 1) {
      if ((await this.step()) === 'end' || enough()) return
    }
    throw new Error('the source did not end')
  }
}
