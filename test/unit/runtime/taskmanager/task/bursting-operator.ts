/** An operator that emits many records at a watermark: as many at a time as its output has room for. */
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import type {
  Input,
  OneInputStreamOperator,
  OperatorContext,
  OperatorSnapshotFuture,
} from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import type { WatermarkStatus } from '../../../../../src/runtime/taskmanager/network/stream-element.js'

/** What the operator was asked to do, in order; of a watermark only that it was done. */
export interface BurstLog {
  readonly calls: string[]
  emitted: number
  /** Calls of processWatermark. */
  slices: number
}

export function burstLog(): BurstLog {
  return { calls: [], emitted: 0, slices: 0 }
}

/** `records` numbers at each watermark; records go on as they are. */
export function bursting(records: number, log: BurstLog): OperatorSpec {
  const createStreamOperator = (binding: unknown, context: unknown): object =>
    new BurstingOperator(binding as OperatorBinding, context as OperatorContext, { records, log })
  return { kind: 'factory', factory: { createStreamOperator }, functions: [] }
}

class BurstingOperator implements OneInputStreamOperator {
  readonly inputs: readonly Input[] = [this]
  readonly operatorId: string
  readonly name: string
  readonly #context: OperatorContext
  readonly #records: number
  readonly #log: BurstLog
  #next = 0

  constructor(
    { operatorId, name }: OperatorBinding,
    context: OperatorContext,
    { records, log }: { records: number; log: BurstLog },
  ) {
    this.operatorId = operatorId
    this.name = name
    this.#context = context
    this.#records = records
    this.#log = log
  }

  initializeState(): Promise<void> {
    return Promise.resolve()
  }

  open(): Promise<void> {
    this.#context.processingTime.registerTimer(this.#context.clock.now(), () => this.#called('timer'))
    return Promise.resolve()
  }

  prepareKeys(): void {
    // It has no state.
  }

  processElement(value: unknown, timestamp: number): void {
    this.#called(`record ${String(value)}`)
    this.#context.output.collect(value, timestamp)
  }

  processWatermark(timestamp: number): boolean {
    const { output } = this.#context
    this.#log.slices += 1
    for (; this.#next < this.#records; this.#next += 1) {
      if (!this.#context.isOutputAvailable()) return false
      this.#log.emitted += 1
      output.collect(this.#next, timestamp)
    }
    if (!output.emitWatermark(timestamp)) return false
    this.#next = 0
    return this.#called(`watermark ${String(timestamp)}`)
  }

  processWatermarkStatus(status: WatermarkStatus): boolean {
    this.#context.output.emitWatermarkStatus(status)
    return true
  }

  prepareSnapshotPreBarrier(): Promise<void> {
    return Promise.resolve()
  }

  snapshotState(): Promise<OperatorSnapshotFuture> {
    this.#called('snapshot')
    return Promise.resolve({ complete: () => Promise.resolve(undefined), cancel: () => Promise.resolve() })
  }

  notifyCheckpointComplete(checkpointId: number): Promise<void> {
    this.#called(`complete ${String(checkpointId)}`)
    return Promise.resolve()
  }

  notifyCheckpointAborted(): Promise<void> {
    return Promise.resolve()
  }

  finish(): Promise<boolean> {
    return Promise.resolve(this.#called('finish'))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  accumulators(): Readonly<Record<string, unknown>> {
    return {}
  }

  #called(what: string): true {
    this.#log.calls.push(what)
    return true
  }
}
