// Duty: the life of an operator as its task sees it: initializeState, open, elements, (snapshot)*, finish, close.
// Invariants: per-record methods are synchronous; lifecycle methods may be asynchronous and the task takes no input while
// one is pending. snapshotState resolves when its synchronous part is done; the asynchronous part is `complete()`.
// Thread: the task worker that owns the task.
import type { Configuration } from '../../../core/config/configuration.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { TextOutput } from '../../../core/io/text-output.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { Clock } from '../../../core/time/clock.js'
import type { Copier } from '../../../core/types/copier.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import type { Random } from '../../../core/random/random.js'
import type { CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { LocalStateDirectories } from '../../protocol/master-to-worker.js'
import type { PendingTime } from '../eventtime/pending-time.js'
import type { ChannelEnds } from '../network/channel.js'
import type { WatermarkStatus } from '../network/stream-element.js'
import type { AskedStateListener } from '../state/asked-state.js'
import type { SnapshotIncrement } from '../state/keyed-state-backend.js'
import type { BadRecords } from './bad-records.js'
import type { AccumulatorRegistry } from './accumulator-registry.js'
import type { IterationAccess } from './iteration-access.js'
import type { StageRun } from './stage-run.js'
import type { StateBackend } from '../state/state-backend.js'
import type { OperatorEventGateway } from './operator-event-gateway.js'
import type { Output } from './output.js'
import type { OwnEmissions } from './own-emissions.js'
import type { ProcessingTimeService } from './processing-time-service.js'
import type { QueryableStates } from './queryable-states.js'

/** Who this subtask is. */
export interface TaskInfo {
  readonly jobId: string
  readonly jobName: string
  readonly taskName: string
  readonly subtaskIndex: number
  readonly parallelism: number
  readonly maxParallelism: number
  readonly attemptNumber: number
}

/** Everything that an operator needs from its task; nothing ambient is reached in any other way. */
export interface OperatorContext {
  readonly taskInfo: TaskInfo
  readonly output: Output
  /**
   * What becomes of records with which the operator fails; undefined where the job fails. What the call of an input throws is looked at
   * in front of it: this is for what fails later, in a promise.
   */
  readonly badRecords?: BadRecords | undefined
  /** For a record that has to wait inside of the operator, where its object is still somebody else's. */
  readonly waitingCopier: Copier
  /** A place for such records in front of the operator, in order and bounded in memory; `onRecord` has what was written. */
  createWaitingChannel(): ChannelEnds
  readonly configuration: Configuration
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: MetricGroup
  readonly fileSystems: FileSystems
  readonly standardOutput: TextOutput
  readonly standardError: TextOutput
  /** Of the whole task. */
  readonly accumulators: AccumulatorRegistry
  /** The classes whose instances state may hold. */
  readonly registeredTypes: RegisteredTypes
  /** Undefined for the one that the configuration names. */
  readonly stateBackend?: StateBackend | undefined
  /** Undefined where nothing is kept of checkpoints beside the task. */
  readonly localState?: LocalStateDirectories | undefined
  /** The task takes no more input, and no barrier passes, until the promise has settled; a rejection fails the task. */
  suspendInputUntil(promise: Promise<void>): void
  readonly processingTime: ProcessingTimeService
  /** For whoever emits watermarks of its own accord; through a WatermarkEmitter. */
  readonly time: PendingTime
  /** For whoever emits results of its own accord. */
  readonly emissions: OwnEmissions
  /** To its coordinator. */
  readonly operatorEvents: OperatorEventGateway
  /** Undefined where nobody can ask about state from outside. */
  readonly queryableStates?: QueryableStates
  /** Is told of the states that the operator asks for; undefined in a job. */
  readonly onStateAsked?: AskedStateListener
  /** For the ends of loops. */
  readonly iteration?: IterationAccess
  /** Runs `action` on the task's thread between two records (mail); an error in it fails the task. */
  enqueueMail(action: () => void): void
  /** False while the channels downstream of the chain are full, or a watermark is pending; a source should wait then. */
  isOutputAvailable(): boolean
  /** Resolves when the channels downstream of the chain have room again, and nothing is pending. */
  whenOutputAvailable(): Promise<void>
}

/** The asynchronous rest of a snapshot. */
export interface OperatorSnapshotFuture {
  /** Keys of its states at that moment, by name: of those that are counted. */
  readonly entryCounts?: Readonly<Record<string, number>> | undefined
  /** Writes what is left, in slices between records, and resolves with the handles; undefined when there is no state. */
  complete(): Promise<OperatorSubtaskState | undefined>
  /** Cancels: releases the snapshot version and deletes what was written. May be called at any time, also twice. */
  cancel(): Promise<void>
}

export interface SnapshotRequest {
  readonly checkpointId: number
  readonly timestamp: number
  readonly isSavepoint: boolean
  /** Where keyed state may build on an earlier checkpoint. */
  readonly increment?: SnapshotIncrement | undefined
  readonly streams: CheckpointStreamFactory
}

export interface StreamOperator {
  readonly operatorId: string
  readonly name: string
  /** In the order of the inputs' numbers; none of a source. */
  readonly inputs: readonly Input[]
  /** True while it is going to emit records that it was given long ago; absent: it never holds any. */
  readonly holdsRecords?: boolean
  /** False while nothing of it wants to hear that a checkpoint is complete; absent: it is told. */
  readonly hearsOfCheckpoints?: boolean
  /** `restored` is undefined on a fresh start. */
  initializeState(restored: OperatorSubtaskState | undefined, restoredCheckpointId: number | undefined): Promise<void>
  open(): Promise<void>
  prepareSnapshotPreBarrier(checkpointId: number): Promise<void>
  snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture>
  notifyCheckpointComplete(checkpointId: number): Promise<void>
  notifyCheckpointAborted(checkpointId: number): Promise<void>
  /** All inputs have ended: emit what is left. False: not done, because the output is full; call again once it has room. */
  finish(): Promise<boolean>
  /** The thread is let go: a callback that comes before the next record is about no key. */
  leaveKey?(): void
  /** Releases resources; called on every end, after finish, failure or cancellation. Again it does nothing. */
  close(): Promise<void>
}

/**
 * One input of an operator. Its methods are called one after the other, between two records of the task; after a
 * `processWatermark` that is not done the operator is asked again before anything else happens to it, snapshots included.
 */
export interface Input {
  /** Of an input that is a stage of its chain: the run that begins with it. */
  readonly stageRun?: StageRun
  /** `keyHash` is the hash that travelled with the record; 0 on edges that are not keyed. */
  processElement(value: unknown, timestamp: number, keyHash: number): void
  /** The hashes from `start` to `end` are those of the next records' keys. */
  prepareKeys(keyHashes: readonly number[], start: number, end: number): void
  /**
   * Time has come to `timestamp` (ms since the epoch). False: not done, because the output is full, or the thread was used long
   * enough; call again with the same timestamp once it has room. What a call has done the next one does not do again. True as
   * well where the rest of it is pending at the task.
   */
  processWatermark(timestamp: number): boolean
  /** As processWatermark: where an input of several goes idle, time may go on with the others. */
  processWatermarkStatus(status: WatermarkStatus): boolean
}

/** An operator with one input is that input. */
export interface OneInputStreamOperator extends StreamOperator, Input {}

/** `more`: emitted something, call again; `waiting`: nothing now, mail or wake-up follows; `end`: no more ever. */
export type SourceStatus = 'more' | 'waiting' | 'end'

/** The head of a source task. */
export interface SourceStreamOperator extends StreamOperator {
  /** Emits the next record (or few) to the output. Called only while output is available. */
  emitNext(): SourceStatus
  /** Its records have ended, and so does time: emits MAX_WATERMARK, which may be pending afterwards. */
  advanceToEndOfTime(): void
  /** Asks the source to end early (cancellation, stop): its run returns soon, emitNext reports `end`. */
  cancel(): void
}
