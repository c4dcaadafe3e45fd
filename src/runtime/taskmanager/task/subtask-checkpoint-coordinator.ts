// Duty: one task's part in a checkpoint: pre-barrier hooks, barrier out, synchronous part, asynchronous part, answer.
//
//   take -> prepare* -> barrier out -> snapshotState* -> (input goes on) -> complete* -> what barriers overtook -> acknowledge
//              \________________ error or abort: cancel what was begun, decline ______________/
//
// Invariants: state and barrier are taken with no record in between; a checkpoint is answered at most once; what was
// aborted leaves no file. An error of the pre-barrier hooks fails the task, any other only the checkpoint.
// Thread: the task's worker.
import { serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { CheckpointLocation, CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import {
  channelStateOf,
  EMPTY_SUBTASK_STATE,
  streamHandlesOfSubtask,
  type OperatorSubtaskState,
  type StreamStateHandle,
  type TaskStateSnapshot,
} from '../../../storage/state-handles.js'
import type { EntryCounts } from '../../protocol/entry-counts.js'
import type { CheckpointMetrics, WorkerToMaster } from '../../protocol/worker-to-master.js'
import type { CheckpointAlignment } from '../metrics/checkpoint-alignment.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { OperatorSnapshotFuture, SnapshotRequest, StreamOperator } from '../operators/stream-operator.js'
import { BarrierSender, type BarrierSenderInput } from './barrier-sender.js'
import type { BarrierOrder } from './checkpoint-barrier-handler.js'
import type { OperatorEvents } from './operator-events.js'
import type { OvertakenChannels } from './overtaken-channels.js'
import type { TaskControl } from './task-control.js'
import type { StopMode, TaskEnding } from './task-ending.js'

export interface SubtaskCheckpointServices extends BarrierSenderInput {
  readonly executionId: string
  readonly control: Pick<TaskControl, 'actions' | 'life' | 'mailbox' | 'processingTime' | 'wake' | 'whenTimeIsDone'>
  readonly ending: TaskEnding
  readonly events: Pick<OperatorEvents, 'checkpointTaken'>
  readonly alignment: CheckpointAlignment
  readonly send: (message: WorkerToMaster) => void
  readonly streamsFor: (location: CheckpointLocation) => CheckpointStreamFactory
}

interface RunningSnapshot {
  readonly futures: Map<string, OperatorSnapshotFuture>
  /** Undefined where no barrier has overtaken anything. */
  channels: OvertakenChannels | undefined
  canceled: boolean
}

export class SubtaskCheckpointCoordinator {
  /** Head first. */
  readonly #operators: readonly StreamOperator[]
  readonly #services: SubtaskCheckpointServices
  readonly #sender: BarrierSender
  readonly #running = new Map<number, RunningSnapshot>()
  readonly #aborted = new Set<number>()
  /** What was written for earlier checkpoints: incremental ones name it again. */
  readonly #acknowledged = new WeakSet<StreamStateHandle>()

  constructor(operators: readonly StreamOperator[], services: SubtaskCheckpointServices) {
    this.#operators = operators
    this.#services = services
    this.#sender = new BarrierSender(services)
  }

  /** Room may have come for barriers that wait in the outputs. */
  stepped(): void {
    this.#sender.stepped()
  }

  /** What is done after the snapshot belongs to nobody: a job that goes on later has its timers from it. */
  beginStop(checkpointId: number, mode: StopMode): void {
    this.#services.ending.stopWith(checkpointId, mode)
    this.#services.control.processingTime.hold()
  }

  /** All barriers are there: the checkpoint is taken as soon as nothing else is pending, and no record comes before it. */
  take(barrier: CheckpointBarrier, alignmentMs: number, order: BarrierOrder = 'aligned'): void {
    const { alignment, clock, control } = this.#services
    alignment.aligned(alignmentMs, clock.now() - barrier.timestamp)
    control.actions.enqueue(() => this.perform(barrier, alignmentMs, order))
  }

  /**
   * Resolves when the synchronous part is done, or the checkpoint was declined or aborted; the task takes no input
   * until then. Rejects when the task must fail.
   */
  async perform(barrier: CheckpointBarrier, alignmentMs: number, order: BarrierOrder = 'aligned'): Promise<void> {
    const { checkpointId, options } = barrier
    if (this.#forgetAborted(checkpointId)) {
      this.#sender.passOver(checkpointId)
      return
    }
    const startedAt = this.#services.clock.monotonicMs()
    const { startDelayMs } = this.#services.alignment
    const snapshot: RunningSnapshot = { futures: new Map(), channels: undefined, canceled: false }
    this.#running.set(checkpointId, snapshot)
    if (options.stop !== undefined) this.beginStop(checkpointId, options.stop)
    // It emits records: an error here is one of a record that is lost, so it is the task's and not the checkpoint's.
    await this.#prepare(checkpointId)
    if (snapshot.canceled) {
      this.#sender.passOver(checkpointId)
      return
    }
    const isTaken = await this.#takeState(barrier, snapshot, order)
    if (!isTaken) return
    // What follows the snapshot to stop with belongs to whoever goes on: its end says who that is.
    if (!this.#services.ending.isStoppingWith(checkpointId)) this.#services.events.checkpointTaken(checkpointId)
    const synchronousMs = this.#services.clock.monotonicMs() - startedAt
    const startDelay = startDelayMs > 0 ? { startDelayMs } : {}
    void this.#completeLater(barrier, snapshot, { alignmentMs, ...startDelay, synchronousMs })
  }

  async #prepare(checkpointId: number): Promise<void> {
    for (const operator of this.#operators) {
      await operator.prepareSnapshotPreBarrier(checkpointId)
      await this.#services.control.whenTimeIsDone()
    }
  }

  /** False when it was declined or aborted. */
  async #takeState(barrier: CheckpointBarrier, snapshot: RunningSnapshot, order: BarrierOrder): Promise<boolean> {
    const { checkpointId } = barrier
    try {
      this.#services.ending.checkpointTaken(checkpointId)
      snapshot.channels = this.#sender.send(barrier, order)
      const request = this.#requestOf(barrier)
      for (const operator of this.#operators) {
        if (snapshot.canceled) break
        snapshot.futures.set(operator.operatorId, await operator.snapshotState(request))
      }
    } catch (error) {
      await this.#cancelAndDecline(checkpointId, snapshot, error)
      return false
    }
    // Aborted meanwhile: what the operators gave since then is given back, too.
    if (snapshot.canceled) await cancelAll(snapshot)
    return !snapshot.canceled
  }

  /** True when the coordinator had aborted it. */
  #forgetAborted(checkpointId: number): boolean {
    const wasAborted = this.#aborted.has(checkpointId)
    for (const id of this.#aborted) if (id <= checkpointId) this.#aborted.delete(id)
    return wasAborted
  }

  /** True while the state of a checkpoint is on its way to where it is kept. */
  get isWriting(): boolean {
    return this.#running.size > 0
  }

  /** True when the coordinator aborted it before it began here. */
  isAborted(checkpointId: number): boolean {
    return this.#aborted.has(checkpointId)
  }

  /** Whether an operator wants to hear what became of checkpoints. */
  get hasListeners(): boolean {
    return this.#operators.some(({ hearsOfCheckpoints }) => hearsOfCheckpoints !== false)
  }

  /** Of one that was taken: whether an operator listens, or the end of the task waits for it. */
  hearsOfCompletion(checkpointId: number): boolean {
    return this.hasListeners || this.#services.ending.awaits(checkpointId)
  }

  /** The task will not take part: tells the coordinator and those downstream. */
  decline(checkpointId: number, reason: string): void {
    this.#services.outputs.broadcastCancelBarrier(checkpointId)
    this.#sendDecline(checkpointId, new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason }))
  }

  /**
   * Aborted by the coordinator while it was aligned here: those downstream get a cancel barrier, the coordinator no
   * answer.
   */
  abandon(checkpointId: number): void {
    this.#services.outputs.broadcastCancelBarrier(checkpointId)
  }

  /** The coordinator aborted the checkpoint. */
  async abort(checkpointId: number): Promise<void> {
    const snapshot = this.#running.get(checkpointId)
    if (snapshot === undefined) {
      this.#aborted.add(checkpointId)
      return
    }
    this.#running.delete(checkpointId)
    this.#sender.forget(checkpointId)
    await cancelAll(snapshot)
  }

  /** The task ends: nothing is answered any more. */
  async close(): Promise<void> {
    for (const [checkpointId] of [...this.#running]) await this.abort(checkpointId)
    this.#sender.forget(Infinity)
  }

  #requestOf({ checkpointId, timestamp, options }: CheckpointBarrier): SnapshotRequest {
    const { kind, location } = options
    const isSavepoint = kind === 'savepoint'
    const incremental = location.kind === 'file' ? location.incremental : undefined
    const increment = incremental && { checkpointId, baseCheckpointId: incremental.baseCheckpointId }
    return { checkpointId, timestamp, isSavepoint, increment, streams: this.#services.streamsFor(location) }
  }

  /** Never rejects: errors decline the checkpoint. */
  async #completeLater(
    barrier: CheckpointBarrier,
    snapshot: RunningSnapshot,
    times: Pick<CheckpointMetrics, 'alignmentMs' | 'startDelayMs' | 'synchronousMs'>,
  ): Promise<void> {
    const startedAt = this.#services.clock.monotonicMs()
    const { checkpointId } = barrier
    try {
      const operators: Record<string, OperatorSubtaskState> = {}
      for (const [operatorId, future] of snapshot.futures) {
        const state = await future.complete()
        if (state !== undefined) operators[operatorId] = state
      }
      const isUnaligned = await this.#addChannels(operators, barrier, snapshot)
      if (snapshot.canceled) return
      this.#running.delete(checkpointId)
      const asynchronousMs = this.#services.clock.monotonicMs() - startedAt
      const sizes = {
        ...this.#sizesOf({ operators }),
        ...(isUnaligned ? persisted(operators) : {}),
      }
      const metrics = { ...times, asynchronousMs, ...sizes, ...countsOf(snapshot) }
      const { executionId, send } = this.#services
      const hears = this.hearsOfCompletion(checkpointId) ? {} : ({ hearsOfCompletion: false } as const)
      send({ type: 'acknowledge-checkpoint', executionId, checkpointId, snapshot: { operators }, metrics, ...hears })
    } catch (error) {
      await this.#cancelAndDecline(checkpointId, snapshot, error)
    } finally {
      const { life, wake } = this.#services.control
      // A task that is at its end waits for this.
      if (life.phase !== 'running') wake()
    }
  }

  /** Of the first operator what comes in, of the last what goes out. True where a barrier has overtaken. */
  async #addChannels(
    operators: Record<string, OperatorSubtaskState>,
    { options }: CheckpointBarrier,
    { channels, canceled }: RunningSnapshot,
  ): Promise<boolean> {
    const [head, last] = [this.#operators[0]?.operatorId, this.#operators.at(-1)?.operatorId]
    if (channels === undefined || canceled || head === undefined || last === undefined) return false
    const { clock, control, streamsFor } = this.#services
    const streams = streamsFor(options.location)
    const { inputChannels, outputChannels, isUnaligned } = await channels.write(streams, clock, control.mailbox)
    if (inputChannels.length > 0) operators[head] = { ...(operators[head] ?? EMPTY_SUBTASK_STATE), inputChannels }
    if (outputChannels.length > 0) operators[last] = { ...(operators[last] ?? EMPTY_SUBTASK_STATE), outputChannels }
    return isUnaligned
  }

  #sizesOf(snapshot: TaskStateSnapshot): Pick<CheckpointMetrics, 'sizeBytes' | 'checkpointedSizeBytes'> {
    const handles = handlesOf(snapshot)
    const checkpointedSizeBytes = sizeOf(handles.filter((handle) => !this.#acknowledged.has(handle)))
    for (const handle of handles) this.#acknowledged.add(handle)
    return { sizeBytes: sizeOf(handles), checkpointedSizeBytes }
  }

  async #cancelAndDecline(checkpointId: number, snapshot: RunningSnapshot, error: unknown): Promise<void> {
    if (snapshot.canceled) return
    this.#running.delete(checkpointId)
    this.#sender.forget(checkpointId)
    await cancelAll(snapshot)
    this.#sendDecline(checkpointId, error)
  }

  #sendDecline(checkpointId: number, error: unknown): void {
    const { executionId, send } = this.#services
    send({ type: 'decline-checkpoint', executionId, checkpointId, error: serializeError(error) })
  }
}

async function cancelAll(snapshot: RunningSnapshot): Promise<void> {
  snapshot.canceled = true
  snapshot.channels?.cancel()
  await Promise.allSettled([...snapshot.futures.values()].map((future) => future.cancel()))
}

/** Undefined where nothing is counted. */
function countsOf({ futures }: RunningSnapshot): { readonly entryCounts: EntryCounts } | undefined {
  const counted = [...futures].flatMap(([operatorId, { entryCounts }]) =>
    entryCounts === undefined ? [] : [[operatorId, entryCounts] as const],
  )
  return counted.length === 0 ? undefined : { entryCounts: Object.fromEntries(counted) }
}

function handlesOf(snapshot: TaskStateSnapshot): StreamStateHandle[] {
  return Object.values(snapshot.operators).flatMap(streamHandlesOfSubtask)
}

/** Of a checkpoint whose barriers overtook records. */
function persisted(
  operators: TaskStateSnapshot['operators'],
): Pick<CheckpointMetrics, 'persistedSizeBytes' | 'unaligned'> {
  const channels = Object.values(operators).flatMap(channelStateOf)
  return { persistedSizeBytes: sizeOf(channels.map(({ handle }) => handle)), unaligned: true }
}

function sizeOf(handles: readonly StreamStateHandle[]): number {
  return handles.reduce((sum, each) => sum + (each.kind === 'inline' ? each.bytes.length : each.lengthBytes), 0)
}
