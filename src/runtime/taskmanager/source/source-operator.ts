// Duty: the head of a source task around the reader of a Source: gives it splits, asks it for records, keeps its splits as state.
//
//   initializeState: reader made -> open: restored splits, registration, start -> emitNext ... -> close
//
// Invariants: the reader is asked between records only, and not in the middle of a watermark. What it emits while the chain is in
// one waits in the main output, in order, and goes on before the reader is asked again. The reader has registered before
// anything else of it reaches the coordinator.
// Thread: the task worker that owns the task.
import { InputStatus } from '../../../api/connector/source/input-status.js'
import type { ReaderOutput } from '../../../api/connector/source/reader-output.js'
import type { SourceReader } from '../../../api/connector/source/source-reader.js'
import type { SourceReaderContext } from '../../../api/connector/source/source-reader-context.js'
import type { SourceSplit } from '../../../api/connector/source/source-split.js'
import type { SourceSpec } from '../../../api/dag/operators/source-spec.js'
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { OperatorEventHandler } from '../operators/operator-event-handler.js'
import { StreamOperatorBase } from '../operators/stream-operator-base.js'
import type {
  Input,
  OperatorContext,
  SnapshotRequest,
  OperatorSnapshotFuture,
  SourceStatus,
  SourceStreamOperator,
} from '../operators/stream-operator.js'
import { MAX_WATERMARK } from '../network/stream-element.js'
import { isThenable } from '../state/thenable.js'
import type { ToSourceCoordinator, ToSourceReader } from './source-events.js'
import { ReaderOutputs } from './reader-outputs.js'
import { SourceMainOutput } from './source-main-output.js'
import { splitIdOf, VersionedBytes } from './versioned-bytes.js'

/** Calls of the reader an emitNext: enough to make its cost small, few enough to keep the step's time budget. */
const BATCH = 32
const NO_INPUTS: readonly Input[] = []
/** Flink's name. */
const SPLITS_STATE = 'SourceReaderState'
/** All subtasks run on one machine. */
const LOCATION = 'localhost'

type SplitSourceSpec = Extract<SourceSpec, { readonly kind: 'source' }>

export class SourceOperator extends StreamOperatorBase implements SourceStreamOperator, OperatorEventHandler {
  readonly inputs: readonly Input[] = NO_INPUTS
  readonly #spec: SplitSourceSpec
  readonly #splitBytes: VersionedBytes<SourceSplit>
  readonly #mainOutput: SourceMainOutput
  readonly #readerOutput: ReaderOutput<unknown>
  #reader: SourceReader<unknown, SourceSplit> | undefined
  #splits: ListState<Uint8Array> | undefined
  #awaited: PromiseLike<void> | undefined
  #isAtEnd = false
  #isCanceled = false

  constructor(binding: OperatorBinding, context: OperatorContext, spec: SplitSourceSpec) {
    super(binding, context)
    this.#spec = spec
    this.#splitBytes = VersionedBytes.ofSplits(spec.source, binding.name, context.registeredTypes)
    this.#mainOutput = new SourceMainOutput(context.output, context.waitingCopier)
    this.#readerOutput = new ReaderOutputs(this.#mainOutput)
  }

  override async initializeState(
    restored: OperatorSubtaskState | undefined,
    checkpointId: number | undefined,
  ): Promise<void> {
    this.#refuseForeignState(restored)
    await super.initializeState(restored, checkpointId)
    this.#splits = this.state.operatorBackend.getListState(new ListStateDescriptor<Uint8Array>(SPLITS_STATE))
    await this.guarded(async () => {
      this.#reader = await this.#spec.source.createReader(this.#readerContext())
    })
  }

  override open(): Promise<void> {
    return this.guarded(async () => {
      await super.open()
      const splits = [...(this.#splits?.get() ?? [])]
      if (splits.length > 0) this.#reader?.addSplits(splits.map((bytes) => this.#splitOf(bytes)))
      this.#send({ kind: 'reader-registration', location: LOCATION, splits })
      await this.#reader?.start()
    })
  }

  emitNext(): SourceStatus {
    const reader = this.#reader
    if (reader === undefined || this.#isCanceled) return 'end'
    const { hasWaiting } = this.#mainOutput
    try {
      if (hasWaiting && !this.#emitWaiting()) return 'more'
      return this.#isAtEnd ? 'end' : this.#poll(reader)
    } catch (error) {
      throw this.failed(error)
    }
  }

  get isInWatermark(): boolean {
    return this.#mainOutput.isInWatermark
  }

  continueWatermark(): boolean {
    try {
      return this.#mainOutput.emitNext()
    } catch (error) {
      throw this.failed(error)
    }
  }

  advanceToEndOfTime(): boolean {
    return this.#mainOutput.emitEndOfTime(MAX_WATERMARK)
  }

  cancel(): void {
    this.#isCanceled = true
  }

  handleOperatorEvent(event: unknown): void {
    const reader = this.#reader
    if (reader === undefined) return
    const received = event as ToSourceReader
    switch (received.kind) {
      case 'add-splits':
        reader.addSplits(received.splits.map((bytes) => this.#splitOf(bytes)))
        break
      case 'no-more-splits':
        reader.notifyNoMoreSplits()
        break
      case 'source-event':
        reader.handleSourceEvents?.(received.event)
        break
      case 'watermark-alignment':
      case 'processing-backlog':
        break
    }
  }

  override async prepareSnapshotPreBarrier(_checkpointId: number): Promise<void> {
    while (this.#mainOutput.hasWaiting) {
      if (!this.#mainOutput.emitNext()) await this.context.whenOutputAvailable()
    }
  }

  override async snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    await this.guarded(async () => {
      const given: unknown = await this.#reader?.snapshotState(request.checkpointId)
      if (!Array.isArray(given)) throw this.#invalid('snapshotState', given, 'a list of splits')
      this.#splits?.update(given.map((split: unknown) => this.#bytesOf(split)))
    })
    return super.snapshotState(request)
  }

  override notifyCheckpointComplete(checkpointId: number): Promise<void> {
    return this.guarded(async () => {
      await this.#reader?.notifyCheckpointComplete?.(checkpointId)
    })
  }

  override notifyCheckpointAborted(checkpointId: number): Promise<void> {
    return this.guarded(async () => {
      await this.#reader?.notifyCheckpointAborted?.(checkpointId)
    })
  }

  override async close(): Promise<void> {
    this.cancel()
    const reader = this.#reader
    this.#reader = undefined
    try {
      await reader?.close()
    } catch (error) {
      throw this.failed(error)
    } finally {
      await super.close()
    }
  }

  #poll(reader: SourceReader<unknown, SourceSplit>): SourceStatus {
    const output = this.#mainOutput
    const readerOutput = this.#readerOutput
    let status: InputStatus
    let left = BATCH
    do {
      status = reader.pollNext(readerOutput)
      left -= 1
    } while (
      status === InputStatus.MORE_AVAILABLE &&
      left > 0 &&
      !output.hasWaiting &&
      this.context.isOutputAvailable()
    )
    return status === InputStatus.MORE_AVAILABLE ? 'more' : this.#pause(reader, status)
  }

  /** False: the chain is in the middle of a watermark, or full. */
  #emitWaiting(): boolean {
    const output = this.#mainOutput
    while (output.hasWaiting) if (!this.context.isOutputAvailable() || !output.emitNext()) return false
    return this.context.isOutputAvailable()
  }

  #pause(reader: SourceReader<unknown, SourceSplit>, status: InputStatus): SourceStatus {
    if (status === InputStatus.END_OF_INPUT) this.#isAtEnd = true
    else if (status !== InputStatus.NOTHING_AVAILABLE) throw this.#invalid('pollNext', status, 'an InputStatus')
    if (this.#mainOutput.hasWaiting) return 'more'
    if (this.#isAtEnd) return 'end'
    const available: unknown = reader.isAvailable()
    if (!isThenable(available)) throw this.#invalid('isAvailable', available, 'a promise')
    this.#await(available)
    return 'waiting'
  }

  #await(available: PromiseLike<unknown>): void {
    if (available === this.#awaited) return
    this.#awaited = available as PromiseLike<void>
    const wake = (action: () => void): void => {
      if (this.#awaited === available) this.#awaited = undefined
      if (!this.#isCanceled) this.context.enqueueMail(action)
    }
    available.then(
      () => {
        wake(() => undefined)
      },
      (error: unknown) => {
        wake(() => {
          throw this.failed(error)
        })
      },
    )
  }

  #readerContext(): SourceReaderContext {
    const { taskInfo, metrics, configuration, fileSystems, clock } = this.context
    return {
      getIndexOfSubtask: () => taskInfo.subtaskIndex,
      currentParallelism: () => taskInfo.parallelism,
      getLocalHostName: () => LOCATION,
      getMetricGroup: () => metrics,
      getConfiguration: () => configuration,
      getFileSystems: () => fileSystems,
      getClock: () => clock,
      sendSplitRequest: () => {
        this.#send({ kind: 'split-request', location: LOCATION })
      },
      sendSourceEventToCoordinator: (event) => {
        this.#send({ kind: 'source-event', event })
      },
    }
  }

  #send(event: ToSourceCoordinator): void {
    this.context.operatorEvents.sendEventToCoordinator(event)
  }

  #splitOf(bytes: Uint8Array): SourceSplit {
    const split = this.#splitBytes.read(bytes)
    splitIdOf(split, this.name)
    return split
  }

  #bytesOf(split: unknown): Uint8Array {
    splitIdOf(split, this.name)
    return this.#splitBytes.write(split as SourceSplit)
  }

  /** Begun anew, the source would give again what the other one has given. */
  #refuseForeignState(restored: OperatorSubtaskState | undefined): void {
    const names = restored?.managedOperator.flatMap(({ states }) => states.map(({ name }) => name)) ?? []
    const foreign = [...new Set(names)].filter((name) => name !== SPLITS_STATE)
    if (foreign.length === 0) return
    throw new FlinkError('SOURCE_STATE_FOREIGN', { source: this.name, states: foreign.join(', ') })
  }

  #invalid(method: string, returned: unknown, expected: string): FlinkError {
    return new FlinkError('SOURCE_READER_INVALID', {
      source: this.name,
      method,
      returned: describeValue(returned),
      expected,
    })
  }
}
