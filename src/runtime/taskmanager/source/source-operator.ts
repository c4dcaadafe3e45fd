// Duty: the head of a source task around the reader of a Source: gives it splits, asks it for records, keeps its splits as state.
//
//   initializeState: reader made -> open: restored splits, registration, start -> emitNext ... -> close
//
// Invariants: the reader is asked between records only, and not in the middle of a watermark. It has registered before anything
// else of it reaches the coordinator. While its time is ahead of the others' of its alignment group it is not asked.
// Thread: the task worker that owns the task.
import { InputStatus } from '../../../api/connector/source/input-status.js'
import type { SourceReader } from '../../../api/connector/source/source-reader.js'
import type { SourceReaderContext } from '../../../api/connector/source/source-reader-context.js'
import type { SourceSplit } from '../../../api/connector/source/source-split.js'
import type { WatermarkStrategy } from '../../../api/eventtime/watermark-strategy.js'
import type { SourceSpec } from '../../../api/dag/operators/source-spec.js'
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import { PipelineOptions } from '../../../core/config/pipeline-options.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { SplitTime } from '../../protocol/time-report.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { OperatorEventHandler } from '../operators/operator-event-handler.js'
import { PeriodicTimer } from '../operators/periodic-timer.js'
import { StreamOperatorBase } from '../operators/stream-operator-base.js'
import type {
  Input,
  OperatorContext,
  SnapshotRequest,
  OperatorSnapshotFuture,
  SourceStatus,
  SourceStreamOperator,
} from '../operators/stream-operator.js'
import { MAX_NAMED_SPLITS, type WatermarkMaker } from '../operators/watermark-maker.js'
import { MAX_WATERMARK } from '../network/stream-element.js'
import { isThenable } from '../state/thenable.js'
import type { ToSourceCoordinator, ToSourceReader } from './source-events.js'
import { checkedReader } from './checked-source-parts.js'
import { ReaderOutputs } from './reader-outputs.js'
import { SplitAlignment } from './split-alignment.js'
import { splitIdOf, VersionedBytes } from './versioned-bytes.js'

/** Calls of the reader an emitNext: enough to make its cost small, few enough to keep the step's time budget. */
const BATCH = 32
const NO_INPUTS: readonly Input[] = []
/** Flink's name. */
const SPLITS_STATE = 'SourceReaderState'
/** All subtasks run on one machine. */
const LOCATION = 'localhost'

type SplitSourceSpec = Extract<SourceSpec, { readonly kind: 'source' }>

export class SourceOperator
  extends StreamOperatorBase
  implements SourceStreamOperator, OperatorEventHandler, WatermarkMaker
{
  readonly inputs: readonly Input[] = NO_INPUTS
  readonly #spec: SplitSourceSpec
  readonly #splitBytes: VersionedBytes<SourceSplit>
  readonly #readerOutputs: ReaderOutputs
  readonly #alignment: SplitAlignment
  readonly #timers: readonly PeriodicTimer[]
  #reader: SourceReader<unknown, SourceSplit> | undefined
  #splits: ListState<Uint8Array> | undefined
  #awaited: PromiseLike<unknown> | undefined
  #isCanceled = false
  #mayGetSplits = true

  constructor(binding: OperatorBinding, context: OperatorContext, spec: SplitSourceSpec) {
    super(binding, context)
    const { watermarkStrategy: strategy } = spec
    const { name: operatorName } = binding
    this.#spec = spec
    this.#splitBytes = VersionedBytes.ofSplits(spec.source, operatorName, context.registeredTypes)
    this.#alignment = new SplitAlignment({
      outputs: () => this.#readerOutputs,
      pauseOrResume: (pause, resume) => {
        this.#refusePromise(this.#reader?.pauseOrResumeSplits?.(pause, resume), 'pauseOrResumeSplits')
      },
      report: (watermarkMs) => {
        this.#send({ kind: 'reported-watermark', watermarkMs })
      },
    })
    const onSplitWatermark = (splitId: string, watermark: number): void => {
      this.#alignment.onSplitWatermark(splitId, watermark)
    }
    this.#readerOutputs = this.#wrapped(() => new ReaderOutputs({ operatorName, context, strategy, onSplitWatermark }))
    this.#timers = this.#makeTimers(strategy)
  }

  override async initializeState(
    restored: OperatorSubtaskState | undefined,
    checkpointId: number | undefined,
  ): Promise<void> {
    this.#refuseForeignState(restored)
    await super.initializeState(restored, checkpointId)
    this.#splits = this.state.operatorBackend.getListState(new ListStateDescriptor<Uint8Array>(SPLITS_STATE))
    await this.guarded(async () => {
      const reader = await this.#spec.source.createReader(this.#readerContext())
      this.#reader = checkedReader(reader, this.name)
    })
  }

  override open(): Promise<void> {
    return this.guarded(async () => {
      await super.open()
      const splits = [...(this.#splits?.get() ?? [])]
      if (splits.length > 0) this.#addSplits(splits)
      this.#send({ kind: 'reader-registration', location: LOCATION, splits })
      await this.#reader?.start()
      for (const timer of this.#timers) timer.start()
    })
  }

  emitNext(): SourceStatus {
    const reader = this.#reader
    if (reader === undefined || this.#isCanceled) return 'end'
    const alignment = this.#alignment
    if (alignment.mustWait) return 'waiting'
    const outputs = this.#readerOutputs
    let status: InputStatus
    let left = BATCH
    try {
      do {
        status = reader.pollNext(outputs)
        left -= 1
      } while (
        status === InputStatus.MORE_AVAILABLE &&
        left > 0 &&
        this.context.isOutputAvailable() &&
        !alignment.mustWait
      )
      return status === InputStatus.MORE_AVAILABLE ? 'more' : this.#pause(reader, status)
    } catch (error) {
      throw this.failed(error)
    }
  }

  advanceToEndOfTime(): void {
    this.#readerOutputs.emitter.emitWatermark(MAX_WATERMARK)
  }

  watermarkTime(): ReturnType<WatermarkMaker['watermarkTime']> {
    const { emitter, hasRecord, splits } = this.#readerOutputs
    const { currentWatermark: watermark, isIdle } = emitter
    const strategy = this.#spec.watermarkStrategy.generator.kind === 'none' ? 'none' : 'strategy'
    const holders = holdersOf(splits)
    const { alignment } = this.#spec.watermarkStrategy
    return {
      ...{ watermark, isIdle, strategy, hasRecord, splits: holders, numSplits: splits.size },
      mayGetSplits: this.#mayGetSplits,
      waitsForGroup: this.#alignment.mustWait ? alignment?.group : undefined,
    }
  }

  cancel(): void {
    this.#isCanceled = true
  }

  handleOperatorEvent(event: unknown): void {
    const reader = this.#reader
    // Closed already.
    if (reader === undefined) return
    const received = event as ToSourceReader
    const observed: { notifyNoMoreSplits(): unknown } = reader
    switch (received.kind) {
      case 'add-splits':
        this.#addSplits(received.splits)
        break
      case 'no-more-splits':
        this.#mayGetSplits = false
        this.#refusePromise(observed.notifyNoMoreSplits(), 'notifyNoMoreSplits')
        break
      case 'source-event':
        this.#refusePromise(reader.handleSourceEvents?.(received.event), 'handleSourceEvents')
        break
      case 'watermark-alignment':
        this.#alignment.setMaxWatermark(received.maxWatermarkMs)
        break
      case 'processing-backlog':
        this.context.logger.debug('told whether the source processes a backlog', received)
        break
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

  override finish(): Promise<boolean> {
    this.#stopTimers()
    if (this.#spec.watermarkStrategy.alignment !== undefined) {
      this.#send({ kind: 'reported-watermark', watermarkMs: MAX_WATERMARK })
    }
    return super.finish()
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
    this.#stopTimers()
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

  #pause(reader: SourceReader<unknown, SourceSplit>, status: InputStatus): SourceStatus {
    if (status === InputStatus.END_OF_INPUT) return 'end'
    if (status !== InputStatus.NOTHING_AVAILABLE) throw this.#invalid('pollNext', status, 'an InputStatus')
    const available: unknown = reader.isAvailable()
    if (!isThenable(available)) throw this.#invalid('isAvailable', available, 'a promise')
    this.#await(available)
    return 'waiting'
  }

  #await(available: PromiseLike<unknown>): void {
    if (available === this.#awaited) return
    this.#awaited = available
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
    const { taskInfo, metrics, configuration, fileSystems, clock, logger } = this.context
    return {
      getIndexOfSubtask: () => taskInfo.subtaskIndex,
      currentParallelism: () => taskInfo.parallelism,
      getLocalHostName: () => LOCATION,
      getMetricGroup: () => metrics,
      getConfiguration: () => configuration,
      getFileSystems: () => fileSystems,
      getClock: () => clock,
      getLogger: () => logger,
      sendSplitRequest: () => {
        this.#send({ kind: 'split-request', location: LOCATION })
      },
      sendSourceEventToCoordinator: (event) => {
        this.#send({ kind: 'source-event', event })
      },
    }
  }

  /** Each has an output from now on, so that time waits for its first record. */
  #addSplits(bytes: readonly Uint8Array[]): void {
    const splits = bytes.map((each) => this.#splitOf(each))
    for (const split of splits) this.#readerOutputs.createOutputForSplit(split.splitId())
    this.#refusePromise(this.#reader?.addSplits(splits), 'addSplits')
  }

  /** A snapshot that came before the promise is kept would know nothing of what it does. */
  #refusePromise(result: unknown, method: string): void {
    if (this.#reader !== undefined) this.refusePromise(result, method, this.#reader)
  }

  #makeTimers(strategy: WatermarkStrategy<unknown>): readonly PeriodicTimer[] {
    const { processingTime, configuration } = this.context
    const timers: PeriodicTimer[] = []
    const { generator, idlenessMs, alignment } = strategy
    const intervalMs = configuration.get(PipelineOptions.AUTO_WATERMARK_INTERVAL)
    if (intervalMs > 0 && (generator.kind !== 'none' || idlenessMs !== undefined)) {
      const emit = (): void => {
        this.#emitPeriodically()
      }
      timers.push(new PeriodicTimer(processingTime, intervalMs, emit))
    }
    if (alignment !== undefined) {
      const report = (): void => {
        this.#alignment.reportWatermark()
      }
      timers.push(new PeriodicTimer(processingTime, alignment.updateIntervalMs, report))
    }
    return timers
  }

  /** A full output, or one that is ahead of others, lets no record come: that is not idleness. */
  #emitPeriodically(): void {
    const canRead = this.context.isOutputAvailable() && !this.#alignment.mustWait
    if (canRead) this.#readerOutputs.resumeClocks(this.#alignment.pausedSplits)
    else this.#readerOutputs.pauseClocks()
    this.#wrapped(() => {
      this.#readerOutputs.emitPeriodically()
    })
  }

  #stopTimers(): void {
    for (const timer of this.#timers) timer.stop()
  }

  #wrapped<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw this.failed(error)
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

/** A few of the splits with the smallest time of those that are not idle. */
function holdersOf(splits: ReaderOutputs['splits']): SplitTime[] {
  const active = [...splits].filter(([, { isIdle }]) => !isIdle)
  const smallest = active.reduce((least, [, { watermark }]) => Math.min(least, watermark), Number.POSITIVE_INFINITY)
  const holders = active.filter(([, { watermark }]) => watermark === smallest).slice(0, MAX_NAMED_SPLITS)
  return holders.map(([splitId, { watermark }]) => ({ splitId, watermark }))
}
