// Duty: runs the enumerator of a source as the coordinator of its operator.
//
//   created -> (reset: enumerator restored) -> start: enumerator made, started -> readers register, ask, are assigned -> closed
//
// Invariants: the enumerator's methods are called in the order of the coordinator's, one at a time. Its state is what it gave as
// bytes, with the version of its serializer; a checkpoint without one, where the source was not part of the job, begins anew. A reader
// that begins anew alone has registered again before it is assigned anything; what it had and has not any more was given back before.
// Thread: the task worker of the operator's first subtask.
import type { SourceSplit } from '../../../api/connector/source/source-split.js'
import type { SplitEnumerator } from '../../../api/connector/source/split-enumerator.js'
import type {
  OperatorCoordinator,
  OperatorCoordinatorContext,
  OperatorCoordinatorProvider,
  SubtaskGateway,
} from '../../../api/dag/operator-coordinator.js'
import { SOURCE_COORDINATOR } from '../../../api/dag/operators/source-spec.js'
import type { WatermarkAlignment, WatermarkStrategy } from '../../../api/eventtime/watermark-strategy.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { checkedEnumerator } from './checked-source-parts.js'
import { SourceCoordinatorContext } from './source-coordinator-context.js'
import type { ToSourceCoordinator } from './source-events.js'
import { GroupAlignment } from './group-alignment.js'
import { SplitAssignmentTracker } from './split-assignment-tracker.js'
import { splitIdOf, VersionedBytes, type AnySource } from './versioned-bytes.js'

type AnyEnumerator = SplitEnumerator<SourceSplit, unknown>

export interface SourceCoordinatorInput {
  readonly source: AnySource
  readonly watermarkStrategy: WatermarkStrategy<unknown>
  readonly registeredTypes: RegisteredTypes
}

export function sourceCoordinatorProvider(input: SourceCoordinatorInput): OperatorCoordinatorProvider {
  return { name: SOURCE_COORDINATOR, create: (context) => new SourceCoordinator(input, context) }
}

class SourceCoordinator implements OperatorCoordinator {
  readonly #source: AnySource
  readonly #name: string
  readonly #operatorContext: OperatorCoordinatorContext
  readonly #context: SourceCoordinatorContext
  readonly #assignments = new SplitAssignmentTracker()
  readonly #alignment: GroupAlignment | undefined
  readonly #splitBytes: VersionedBytes<SourceSplit>
  readonly #stateBytes: VersionedBytes<unknown>
  #enumerator: AnyEnumerator | undefined

  constructor(input: SourceCoordinatorInput, context: OperatorCoordinatorContext) {
    const { source, registeredTypes, watermarkStrategy } = input
    const { operatorName: name } = context
    this.#operatorContext = context
    this.#source = source
    this.#name = name
    this.#splitBytes = VersionedBytes.ofSplits(source, name, registeredTypes)
    this.#stateBytes = VersionedBytes.ofEnumeratorState(source, name, registeredTypes)
    this.#context = new SourceCoordinatorContext(context, this.#splitBytes, this.#assignments)
    this.#alignment = watermarkStrategy.alignment && this.#groupAlignment(watermarkStrategy.alignment)
  }

  async resetToCheckpoint(_checkpointId: number, state: Uint8Array | undefined): Promise<void> {
    if (state === undefined) return
    const restored = await this.#source.restoreEnumerator(this.#context, this.#stateBytes.read(state))
    this.#enumerator = checkedEnumerator(restored, { source: this.#name, method: 'restoreEnumerator' })
  }

  async start(): Promise<void> {
    if (this.#enumerator === undefined) {
      const created = await this.#source.createEnumerator(this.#context)
      this.#enumerator = checkedEnumerator(created, { source: this.#name, method: 'createEnumerator' })
    }
    await this.#enumerator.start()
    this.#announcePeriodically()
  }

  handleEventFromOperator(subtask: number, _attempt: number, event: unknown): void | Promise<void> {
    const received = event as ToSourceCoordinator
    switch (received.kind) {
      case 'reader-registration':
        return this.#register(subtask, received)
      case 'split-request':
        return this.#enumerator?.handleSplitRequest(subtask, received.location)
      case 'source-event':
        return this.#enumerator?.handleSourceEvent?.(subtask, received.event)
      case 'reported-watermark':
        this.#alignment?.reported(subtask, received.watermarkMs)
    }
  }

  handleEventFromCoordinator(operatorId: string, event: unknown): void {
    this.#alignment?.told(operatorId, event)
  }

  async checkpointCoordinator(checkpointId: number): Promise<Uint8Array> {
    const state = await this.#enumerator?.snapshotState(checkpointId)
    this.#assignments.snapshotTaken(checkpointId)
    return this.#stateBytes.write(state)
  }

  notifyCheckpointComplete(checkpointId: number): void | Promise<void> {
    this.#assignments.checkpointCompleted(checkpointId)
    return this.#enumerator?.notifyCheckpointComplete?.(checkpointId)
  }

  notifyCheckpointAborted(checkpointId: number): void | Promise<void> {
    return this.#enumerator?.notifyCheckpointAborted?.(checkpointId)
  }

  executionAttemptReady(_subtask: number, _attempt: number, gateway: SubtaskGateway): void {
    this.#context.subtaskReady(gateway)
  }

  executionAttemptFailed(): void {
    // Where all readers go back, so does the enumerator; else the subtask is reset.
  }

  subtaskReset(subtask: number, checkpointId: number | undefined): void | Promise<void> {
    const splits = this.#assignments.takeBack(subtask, checkpointId)
    this.#context.subtaskReset(subtask)
    this.#alignment?.forget(subtask)
    return splits.length === 0 ? undefined : this.#enumerator?.addSplitsBack(splits, subtask)
  }

  close(): void | Promise<void> {
    return this.#enumerator?.close()
  }

  #register(
    subtask: number,
    { location, splits }: Extract<ToSourceCoordinator, { kind: 'reader-registration' }>,
  ): void | Promise<void> {
    let reported: readonly SourceSplit[] | undefined
    const getsSplits = this.#context.register({
      getSubtaskId: () => subtask,
      getLocation: () => location,
      getReportedSplitsOnRegistration: () => (reported ??= splits.map((bytes) => this.#splitOf(bytes))),
    })
    return getsSplits ? this.#enumerator?.addReader(subtask) : undefined
  }

  #groupAlignment(alignment: WatermarkAlignment): GroupAlignment {
    return new GroupAlignment({
      alignment,
      tellOthers: (event) => {
        this.#operatorContext.sendEventToCoordinators(event)
      },
      announce: (maxWatermarkMs) => {
        this.#context.sendToAll({ kind: 'watermark-alignment', maxWatermarkMs })
      },
    })
  }

  #announcePeriodically(): void {
    const alignment = this.#alignment
    if (alignment === undefined) return
    const { updateIntervalMs } = alignment
    this.#operatorContext.callAsyncPeriodically(
      () => Promise.resolve(),
      () => {
        alignment.announce()
      },
      { initialDelayMs: updateIntervalMs, periodMs: updateIntervalMs },
    )
  }

  #splitOf(bytes: Uint8Array): SourceSplit {
    const split = this.#splitBytes.read(bytes)
    splitIdOf(split, this.#name)
    return split
  }
}
