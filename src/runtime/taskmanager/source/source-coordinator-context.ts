// Duty: what an enumerator reaches: its readers, by the gateways of their subtasks, and calls beside it.
// Invariants: splits leave as bytes, and all of an assignment or none. A reader that was told that there are no more splits gets
// none, as it may have ended.
// Thread: the task worker of the operator's first subtask.
import type { ReaderInfo } from '../../../api/connector/source/reader-info.js'
import type { SourceSplit } from '../../../api/connector/source/source-split.js'
import type {
  SplitCallHandler,
  SplitCallPeriod,
  SplitEnumeratorContext,
} from '../../../api/connector/source/split-enumerator-context.js'
import type { SplitsAssignment } from '../../../api/connector/source/splits-assignment.js'
import type { OperatorCoordinatorContext, SubtaskGateway } from '../../../api/dag/operator-coordinator.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { ToSourceReader } from './source-events.js'
import type { SplitAssignmentTracker } from './split-assignment-tracker.js'
import { splitIdOf, type VersionedBytes } from './versioned-bytes.js'

export class SourceCoordinatorContext implements SplitEnumeratorContext<SourceSplit> {
  readonly #context: OperatorCoordinatorContext
  readonly #splitBytes: VersionedBytes<SourceSplit>
  readonly #gateways = new Map<number, SubtaskGateway>()
  readonly #readers = new Map<number, ReaderInfo<SourceSplit>>()
  readonly #withoutMoreSplits = new Set<number>()
  readonly #assignments: SplitAssignmentTracker
  #isProcessingBacklog: boolean | undefined

  constructor(
    context: OperatorCoordinatorContext,
    splitBytes: VersionedBytes<SourceSplit>,
    assignments: SplitAssignmentTracker,
  ) {
    this.#context = context
    this.#splitBytes = splitBytes
    this.#assignments = assignments
  }

  subtaskReady(gateway: SubtaskGateway): void {
    this.#gateways.set(gateway.subtask, gateway)
  }

  /** It registers again, and may be told again that there are no more splits. */
  subtaskReset(subtask: number): void {
    this.#gateways.delete(subtask)
    this.#readers.delete(subtask)
    this.#withoutMoreSplits.delete(subtask)
  }

  /** False where it was told before that there are no more splits. */
  register(reader: ReaderInfo<SourceSplit>): boolean {
    const subtask = reader.getSubtaskId()
    this.#readers.set(subtask, reader)
    if (this.#isProcessingBacklog !== undefined) this.#sendBacklog(subtask, this.#isProcessingBacklog)
    return !this.#withoutMoreSplits.has(subtask)
  }

  currentParallelism(): number {
    return this.#context.currentParallelism
  }

  registeredReaders(): ReadonlyMap<number, ReaderInfo<SourceSplit>> {
    return new Map(this.#readers)
  }

  assignSplit(split: SourceSplit, subtaskId: number): void {
    this.assignSplits(new Map([[subtaskId, [split]]]))
  }

  assignSplits(assignment: SplitsAssignment<SourceSplit>): void {
    const source = this.#context.operatorName
    const events = [...assignment].map(([subtask, splits]): [number, ToSourceReader] => {
      const ids = splits.map((split) => splitIdOf(split, source))
      const call = `the enumerator assigned ${ids.length === 1 ? 'the split' : 'the splits'} ${ids.join(', ')}`
      this.#checkReader(subtask, call)
      return [subtask, { kind: 'add-splits', splits: splits.map((split) => this.#splitBytes.write(split)) }]
    })
    for (const [subtask, event] of events) {
      this.#assignments.assigned(subtask, assignment.get(subtask) ?? [])
      this.send(subtask, event)
    }
  }

  signalNoMoreSplits(subtaskId: number): void {
    this.#checkRegistered(subtaskId, 'the enumerator called signalNoMoreSplits')
    if (this.#withoutMoreSplits.has(subtaskId)) return
    this.#withoutMoreSplits.add(subtaskId)
    this.send(subtaskId, { kind: 'no-more-splits' })
  }

  callAsync<R>(work: () => Promise<R>, handler: SplitCallHandler<R>, period?: SplitCallPeriod): void {
    if (period === undefined) this.#context.callAsync(work, handler)
    else this.#context.callAsyncPeriodically(work, handler, period)
  }

  runInCoordinatorThread(action: () => void | Promise<void>): void {
    this.#context.runInCoordinator(action)
  }

  sendEventToSourceReader(subtaskId: number, event: unknown): void {
    this.#checkRegistered(subtaskId, 'the enumerator sent an event')
    this.send(subtaskId, { kind: 'source-event', event })
  }

  setIsProcessingBacklog(isProcessingBacklog: boolean): void {
    if (isProcessingBacklog === this.#isProcessingBacklog) return
    this.#isProcessingBacklog = isProcessingBacklog
    this.#context.logger.info('the source said whether it processes a backlog', { isProcessingBacklog })
    this.#context.setIsProcessingBacklog(isProcessingBacklog)
    for (const subtask of this.#readers.keys()) this.#sendBacklog(subtask, isProcessingBacklog)
  }

  getClock(): OperatorCoordinatorContext['clock'] {
    return this.#context.clock
  }

  getLogger(): OperatorCoordinatorContext['logger'] {
    return this.#context.logger
  }

  getFileSystems(): OperatorCoordinatorContext['fileSystems'] {
    return this.#context.fileSystems
  }

  /** To a subtask that is ready; nobody else has anything to do with it. */
  send(subtask: number, event: ToSourceReader): void {
    this.#gateways.get(subtask)?.sendEvent(event)
  }

  sendToAll(event: ToSourceReader): void {
    for (const subtask of this.#gateways.keys()) this.send(subtask, event)
  }

  #sendBacklog(subtask: number, isProcessingBacklog: boolean): void {
    this.send(subtask, { kind: 'processing-backlog', isProcessingBacklog })
  }

  #checkReader(reader: number, call: string): void {
    this.#checkRegistered(reader, call)
    if (this.#withoutMoreSplits.has(reader)) {
      this.#refuse(reader, call, 'which it had told that there are no more splits')
    }
  }

  #checkRegistered(reader: number, call: string): void {
    if (!this.#readers.has(reader)) this.#refuse(reader, call, 'which has not registered')
  }

  #refuse(reader: number, call: string, reason: string): never {
    const registered = [...this.#readers.keys()].sort((one, other) => one - other).join(', ') || 'none'
    const source = this.#context.operatorName
    throw new FlinkError('SOURCE_READER_UNKNOWN', { source, call, reader, reason, registered })
  }
}
