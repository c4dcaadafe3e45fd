/** Operators that are wrong on purpose: what the harness must find. */
import { RichFlatMapFunction } from '../../src/api/functions/flat-map-function.js'
import type { Collector } from '../../src/api/functions/collector.js'
import type { ListCheckpointed } from '../../src/api/functions/list-checkpointed.js'
import type { SourceFunction } from '../../src/api/functions/source-function.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../src/api/state/value-state.js'
import { NO_TIMESTAMP } from '../../src/runtime/taskmanager/network/stream-element.js'
import { createOperator } from '../../src/runtime/taskmanager/task/operator-factory.js'
import type {
  OperatorContext,
  OperatorSnapshotFuture,
  SnapshotRequest,
  SourceStatus,
  StreamOperator,
} from '../../src/runtime/taskmanager/operators/stream-operator.js'
import { StreamSource } from '../../src/runtime/taskmanager/operators/stream-source.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { KeyedStateHandle, OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { BatchingOperator } from './batching-operator.js'
import { SortingBuffer, SortingOperator, type BufferedRecord } from './sorting-operator.js'

/** What it has is in the snapshot but for one record. */
export class ForgetfulBuffer extends SortingBuffer {
  protected override recordsToKeep(): BufferedRecord[] {
    return this.records.slice(1)
  }
}

export class WatermarkFirst extends SortingOperator {
  protected override onWatermark(_input: number, timestamp: number): boolean {
    return this.output.emitWatermark(timestamp) && this.emitUntil(timestamp)
  }
}

/** Says that it is done with what is not done downstream. */
export class DeafToDownstream extends SortingOperator {
  protected override onWatermark(_input: number, timestamp: number): boolean {
    if (!this.emitUntil(timestamp)) return false
    this.output.emitWatermark(timestamp)
    return true
  }
}

export class IgnoresFullOutput extends SortingOperator {
  protected override hasRoom(): boolean {
    return true
  }
}

/** Emits without end, whatever comes. */
export class Endless extends SortingOperator {
  protected override emitUntil(): boolean {
    for (;;) this.output.collect('more', 0)
  }
}

/** Takes out what it has emitted when all of it is done, and so begins with the first again. */
export class RepeatsAfterNotDone extends SortingOperator {
  protected override emitUntil(time: number): boolean {
    const due = this.userFunction.records.filter(({ timestamp }) => timestamp <= time)
    for (const { value, timestamp } of due) {
      if (!this.context.isOutputAvailable()) return false
      this.output.collect(value, timestamp)
    }
    this.userFunction.records.splice(0, due.length)
    return true
  }
}

/** Waits for something that never comes. */
export class NeverBegins extends SortingOperator {
  protected override emitUntil(): boolean {
    return false
  }
}

/** Goes on to the next watermark with what is left of this one. */
export class DoneTooEarly extends SortingOperator {
  protected override onWatermark(_input: number, timestamp: number): boolean {
    this.emitUntil(timestamp)
    return this.output.emitWatermark(timestamp)
  }
}

/** What it emits with a snapshot comes after the barrier, and is in no snapshot. */
export class EmitsAfterBarrier extends SortingOperator {
  override snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    this.emitUntil(0)
    return super.snapshotState(request)
  }
}

/** Emits what is due with a timer and does not look whether its output is full. */
export class TimerIgnoresFullOutput extends BatchingOperator {
  protected override hasRoom(): boolean {
    return true
  }
}

/** A restored one has records and no timer for them. */
export class ForgetsTimer extends BatchingOperator {
  override async open(): Promise<void> {
    const { records } = this.userFunction
    const restored = records.splice(0)
    await super.open()
    records.push(...restored)
  }
}

export class LeavesTimer extends SortingOperator {
  override async open(): Promise<void> {
    await super.open()
    this.context.clock.setTimer(1_000_000, () => undefined)
  }
}

/** A running count of each key. */
export class CountOfKey extends RichFlatMapFunction<readonly [string, number], unknown> {
  #count: ValueState<number> | undefined

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  flatMap([key]: readonly [string, number], out: Collector<unknown>): void {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    out.collect([key, count])
  }
}

/** The operator of a binding, restored with the first of its key groups that has state. */
export function restoringOneKeyGroup(binding: OperatorBinding, context: OperatorContext): StreamOperator {
  const operator = createOperator(binding, context)
  const initializeState = operator.initializeState.bind(operator)
  operator.initializeState = (restored: OperatorSubtaskState | undefined, checkpointId: number | undefined) =>
    initializeState(restored && { ...restored, managedKeyed: restored.managedKeyed.map(firstKeyGroup) }, checkpointId)
  return operator
}

function firstKeyGroup(handle: KeyedStateHandle): KeyedStateHandle {
  const { keyGroups, offsets } = handle
  const sizes = offsets.slice(1).map((end, index) => end - (offsets[index] ?? 0))
  const index = sizes.indexOf(Math.max(...sizes))
  const start = keyGroups.start + index
  return { ...handle, keyGroups: { start, end: start }, offsets: offsets.slice(index, index + 2) }
}

/** Counts to 100, and begins one too far after a restore. */
export class SkippingSource implements SourceFunction<number>, ListCheckpointed<number> {
  #next = 0

  snapshotState(): number[] {
    return [this.#next]
  }

  restoreState([next]: readonly number[]): void {
    this.#next = (next ?? 0) + 1
  }

  *run(): Generator<number> {
    while (this.#next < 100) yield this.#next++
  }
}

/** Emits all that there is in one step. */
export class GreedySource extends StreamSource {
  override emitNext(): SourceStatus {
    for (let n = 0; n < 100; n += 1) this.output.collect(n, NO_TIMESTAMP)
    return 'end'
  }
}

/** Has more, it says, and emits nothing. */
export class IdleSource extends StreamSource {
  override emitNext(): SourceStatus {
    return 'more'
  }
}
