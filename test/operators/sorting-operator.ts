/** An operator that emits many records with one watermark: what has arrived, by timestamp, as time comes to it. */
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
} from '../../src/api/functions/checkpointed-function.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../src/api/state/list-state.js'
import { EngineOperator } from './engine-operator.js'

export interface BufferedRecord {
  readonly value: unknown
  readonly timestamp: number
}

/** Holds what has not been emitted; in snapshots it is a list that is spread over the subtasks. */
export class SortingBuffer implements CheckpointedFunction {
  readonly records: BufferedRecord[] = []
  #state: ListState<BufferedRecord> | undefined

  add(record: BufferedRecord): void {
    const later = this.records.findIndex(({ timestamp }) => timestamp > record.timestamp)
    this.records.splice(later < 0 ? this.records.length : later, 0, record)
  }

  initializeState(context: FunctionInitializationContext): void {
    const descriptor = new ListStateDescriptor<BufferedRecord>('buffer')
    this.#state = context.getOperatorStateStore().getListState(descriptor)
    for (const record of this.#state.get()) this.add(record)
  }

  snapshotState(): void {
    this.#state?.update(this.recordsToKeep())
  }

  protected recordsToKeep(): BufferedRecord[] {
    return [...this.records]
  }
}

export class SortingOperator extends EngineOperator<SortingBuffer> {
  protected onElement(_input: number, value: unknown, timestamp: number): void {
    this.userFunction.add({ value, timestamp })
  }

  protected onWatermark(_input: number, timestamp: number): boolean {
    return this.emitUntil(timestamp) && this.output.emitWatermark(timestamp)
  }

  override async finish(): Promise<boolean> {
    return this.emitUntil(Number.POSITIVE_INFINITY) && (await super.finish())
  }

  protected emitUntil(time: number): boolean {
    const { records } = this.userFunction
    for (let [first] = records; first !== undefined && first.timestamp <= time; [first] = records) {
      if (!this.hasRoom()) return false
      records.shift()
      this.output.collect(first.value, first.timestamp)
    }
    return true
  }

  protected hasRoom(): boolean {
    return this.context.isOutputAvailable()
  }
}
