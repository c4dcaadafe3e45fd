// Duty: one subtask of a vertex: a chain of operators, its input, its outputs, stepped by the worker's loop.
//
//   DEPLOYING -> INITIALIZING (restore, open) -> RUNNING -> input ended -> finish -> outputs flushed -> FINISHED
//        \___________ cancel: CANCELING -> CANCELED ____ error at any point: FAILED ___________/
//
// Invariants: cooperative: `step` returns after its budget; records, mail and the begin of asynchronous actions happen in
// it and nowhere else. No input is taken while an action or a sink's promise is pending or an output is full.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { TriggerCheckpoint } from '../../protocol/master-to-worker.js'
import type { TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import { InputInterrupt } from '../network/input-interrupt.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { TaskMetricGroup } from '../metrics/task-metric-group.js'
import type { TaskActivity } from '../metrics/task-times.js'
import type { AccumulatorRegistry } from '../operators/accumulator-registry.js'
import { isSourceOperator } from '../operators/operator-factory.js'
import { ExclusiveActions } from './exclusive-actions.js'
import { Mailbox } from './mailbox.js'
import type { OperatorChain } from './operator-chain.js'
import { OutputFlusher } from './output-flusher.js'
import { StopProgress } from './stop-progress.js'
import { ProcessingTimeTimers } from './processing-time-timers.js'
import type { SubtaskCheckpointCoordinator } from './subtask-checkpoint-coordinator.js'
import type { TaskEnvironment } from './task-environment.js'
import { SourceInput, type TaskInput } from './task-input.js'
import { TaskLife } from './task-life.js'

/** `more`: step again soon; `idle`: wait for data, room, mail or time; `done`: the task has ended. */
export type StepResult = 'more' | 'idle' | 'done'

/** How long a cancelled task waits for what its functions are in the middle of. */
const CANCEL_GRACE_MS = 1000

type Phase = 'starting' | 'running' | 'finishing' | 'draining' | 'ended'

export interface TaskParts {
  readonly chain: OperatorChain
  readonly input: TaskInput
  readonly checkpoints: SubtaskCheckpointCoordinator
  /** Tells the barrier handler that a checkpoint was given up; nothing for a source. */
  readonly forgetCheckpoint: (checkpointId: number) => void
  readonly closeInputs: () => void
  readonly metrics: TaskMetricGroup
}

export class StreamTask {
  readonly descriptor: TaskDeploymentDescriptor
  /** Raised by the task's outputs too. */
  readonly interrupt: InputInterrupt = new InputInterrupt()
  readonly processingTime: ProcessingTimeTimers
  readonly #environment: TaskEnvironment
  readonly #life: TaskLife
  readonly #mailbox: Mailbox
  readonly #actions: ExclusiveActions
  readonly #outputWaiters: (() => void)[] = []
  readonly #stop = new StopProgress()
  #parts: TaskParts | undefined
  #flusher: OutputFlusher | undefined
  #phase: Phase = 'starting'
  #inputEnded = false
  /** The operators are finished and the end of data is in the outputs. */
  #dataEnded = false
  #lastStep: StepResult = 'idle'
  /** Checkpoints to take once the inputs, all of whose producers have finished, are read to their end. */
  #atEndOfInput: CheckpointBarrier[] = []

  constructor(descriptor: TaskDeploymentDescriptor, environment: TaskEnvironment) {
    this.descriptor = descriptor
    this.#environment = environment
    this.#life = new TaskLife(descriptor.executionId, environment.send)
    this.#mailbox = new Mailbox(environment.wake)
    const onError = (error: unknown): void => {
      this.fail(error)
    }
    this.#actions = new ExclusiveActions(onError, environment.wake, this.interrupt)
    this.processingTime = new ProcessingTimeTimers({
      clock: environment.clock,
      actions: this.#actions,
      whenOutputAvailable: () => this.whenOutputAvailable(),
    })
  }

  get actions(): ExclusiveActions {
    return this.#actions
  }

  get isTerminal(): boolean {
    return this.#life.isTerminal
  }

  get metrics(): TaskMetricGroup | undefined {
    return this.#parts?.metrics
  }

  get accumulators(): AccumulatorRegistry | undefined {
    return this.#parts?.chain.accumulators
  }

  /** False when records of a drain must stay in their channel. */
  get mayTakeInput(): boolean {
    return !this.interrupt.isRaised || this.#checkInput()
  }

  enqueueMail(action: () => void): void {
    this.#mailbox.put(action)
  }

  isOutputAvailable(): boolean {
    return !this.interrupt.isRaised || (this.#parts?.chain.isOutputAvailable() ?? false)
  }

  whenOutputAvailable(): Promise<void> {
    if (this.isOutputAvailable()) return Promise.resolve()
    return new Promise((resolve) => this.#outputWaiters.push(resolve))
  }

  /** Restores and opens the operators, from the chain's ends to its head. */
  async initialize(parts: TaskParts): Promise<void> {
    this.#parts = parts
    this.#flusher = new OutputFlusher(parts.chain, this.#environment.clock)
    try {
      this.#life.moveTo('INITIALIZING')
      const { restore } = this.descriptor
      for (const operator of parts.chain.operators.toReversed()) {
        await operator.initializeState(restore?.state.operators[operator.operatorId], restore?.checkpointId)
        await operator.open()
        if (this.#life.state !== 'INITIALIZING') return
      }
      this.#life.moveTo('RUNNING')
      this.#phase = 'running'
      parts.metrics.markTaskStart(this.#environment.clock.monotonicMs())
      this.#environment.wake()
    } catch (error) {
      this.fail(error)
    }
  }

  step(deadline: number): StepResult {
    if (this.#phase === 'ended') return 'done'
    try {
      this.#lastStep = this.#stepOnce(deadline)
    } catch (error) {
      this.fail(error)
      this.#lastStep = 'done'
    }
    return this.#lastStep
  }

  stepped(startMs: number, endMs: number): void {
    this.#parts?.metrics.times.stepped(startMs, endMs, this.#activity())
  }

  /** Asked before the worker sleeps: true when a step would find something to do. */
  hasWork(): boolean {
    const parts = this.#parts
    if (this.#phase === 'ended' || parts === undefined) return false
    if (!this.#mailbox.isEmpty) return true
    if (parts.input.isInWatermark) return this.#mayContinueWatermark(parts)
    if (this.#actions.isReady) return true
    if (this.#phase === 'draining') return parts.chain.isOutputAvailable()
    return this.mayTakeInput && parts.input.hasData()
  }

  triggerCheckpoint(message: TriggerCheckpoint): void {
    const { checkpointId, timestamp, thenStop } = message
    this.#mailbox.put(() => {
      const parts = this.#parts
      if (parts === undefined || this.#phase === 'ended') return
      // Behind the end of the input comes the end of the outputs, and nothing may come behind that.
      if (this.#phase !== 'running' || this.#inputEnded) {
        parts.checkpoints.decline(checkpointId, 'the task is finishing')
      } else if (parts.input instanceof SourceInput) {
        if (thenStop !== undefined) {
          this.#beginStop(checkpointId, thenStop)
          parts.input.isOpen = false
        }
        this.performCheckpoint({ checkpointId, timestamp }, 0)
      } else {
        this.#atEndOfInput.push({ checkpointId, timestamp })
      }
    })
  }

  performCheckpoint(barrier: CheckpointBarrier, alignmentMs: number): void {
    const sinceTriggerMs = Math.max(0, this.#environment.clock.now() - barrier.timestamp)
    this.#parts?.metrics.checkpointAligned(alignmentMs, Math.max(0, sinceTriggerMs - alignmentMs))
    this.#actions.enqueue(() => this.#performCheckpoint(barrier, alignmentMs))
  }

  declineCheckpoint(checkpointId: number, reason: string): void {
    this.#parts?.checkpoints.decline(checkpointId, reason)
  }

  notifyCheckpointComplete(checkpointId: number): void {
    if (this.#phase !== 'running' && this.#phase !== 'finishing') return
    this.#actions.enqueue(async () => {
      for (const operator of this.#parts?.chain.operators ?? []) await operator.notifyCheckpointComplete(checkpointId)
    })
    if (this.#stop.complete(checkpointId) && this.#parts?.input instanceof SourceInput) this.#endInput()
  }

  notifyCheckpointAborted(checkpointId: number): void {
    const parts = this.#parts
    if (parts === undefined || this.#phase === 'ended') return
    parts.forgetCheckpoint(checkpointId)
    void parts.checkpoints.abort(checkpointId)
    if (this.#stop.giveUp(checkpointId)) {
      this.processingTime.resume()
      if (this.#dataEnded) this.fail(new FlinkError('DRAIN_FAILED', { checkpointId }))
      else if (parts.input instanceof SourceInput) parts.input.isOpen = true
    }
    this.#actions.enqueue(async () => {
      for (const operator of parts.chain.operators) await operator.notifyCheckpointAborted(checkpointId)
    })
  }

  fail(error: unknown): void {
    if (this.#life.isTerminal || this.#life.state === 'CANCELING') return
    this.#enter('ended')
    this.#flushLast()
    this.#life.moveTo('FAILED', { error })
    void this.#release()
  }

  /** Resolves when the functions are closed and the task is CANCELED. */
  async cancel(): Promise<void> {
    if (this.#life.isTerminal || this.#life.state === 'CANCELING') return
    this.#enter('ended')
    this.#life.moveTo('CANCELING')
    await this.#release()
    this.#life.moveTo('CANCELED')
  }

  #stepOnce(deadline: number): StepResult {
    const parts = this.#parts
    if (!this.#mailbox.isEmpty) {
      if (parts?.input instanceof SourceInput) parts.input.awaken()
      this.#mailbox.drain()
    }
    if (parts === undefined || this.#phase === 'starting') return 'idle'
    if (parts.input.isInWatermark && !this.#continueWatermark(parts)) {
      this.#flusher?.afterStep(true)
      return this.#mayContinueWatermark(parts) ? 'more' : 'idle'
    }
    this.#actions.runNext()
    const isAvailable = parts.chain.isOutputAvailable()
    if (isAvailable) this.#tellOutputWaiters()
    if (this.#phase === 'draining') return this.#drainOutputs(parts)
    const result = isAvailable && this.mayTakeInput ? this.#work(parts, deadline) : 'idle'
    this.#flusher?.afterStep(result === 'idle')
    return result
  }

  /** Before anything else happens to the chain: actions wait as well as records. */
  #continueWatermark(parts: TaskParts): boolean {
    return this.#mayContinueWatermark(parts) && parts.input.continueWatermark()
  }

  #mayContinueWatermark({ chain }: TaskParts): boolean {
    return this.#actions.isFree && chain.isOutputAvailable()
  }

  #checkInput(): boolean {
    const isOpen = this.#phase === 'running' && this.#actions.isIdle && this.#parts?.chain.isOutputAvailable() === true
    if (isOpen) this.interrupt.lower()
    return isOpen
  }

  /** What is done behind the savepoint belongs to nobody: a job that goes on later has its timers from it. */
  #beginStop(checkpointId: number, mode: 'suspend' | 'drain'): void {
    this.#stop.begin(checkpointId, mode)
    this.processingTime.hold()
  }

  #enter(phase: Phase): void {
    this.interrupt.raise()
    this.#phase = phase
    if (phase === 'ended') this.processingTime.close()
  }

  /** From a step's end to the next one's begin. */
  #activity(): TaskActivity {
    if (this.#phase === 'starting' || this.#phase === 'ended') return 'none'
    if (this.#lastStep === 'more' || !this.#actions.isIdle) return 'busy'
    return this.isOutputAvailable() ? 'idle' : 'backPressured'
  }

  #work(parts: TaskParts, deadline: number): StepResult {
    let moved = false
    do {
      const status = parts.input.process()
      if (status === 'ended') {
        this.#endInput()
        return this.#inputEnded ? 'more' : 'idle'
      }
      if (status === 'waiting') return moved ? 'more' : 'idle'
      moved = true
    } while (this.mayTakeInput && this.#environment.clock.monotonicMs() < deadline)
    return this.mayTakeInput || this.#actions.isReady ? 'more' : 'idle'
  }

  #endInput(): void {
    if (this.#inputEnded || this.#phase !== 'running' || this.#stop.isWaiting) return
    this.#inputEnded = true
    const atEnd = this.#atEndOfInput
    this.#atEndOfInput = []
    for (const barrier of atEnd) this.performCheckpoint(barrier, 0)
    this.#actions.enqueue(() => this.#endPartitions())
  }

  /** The end marks behind the last record; the rest is left to `draining`. */
  async #endPartitions(): Promise<void> {
    // A savepoint to stop with was taken at the very end: the input is found ended again when it is decided.
    if (this.#stop.isWaiting) {
      this.#inputEnded = false
      return
    }
    this.#enter('finishing')
    await this.#endData()
    this.#required().chain.broadcastEndOfPartition()
    this.#enter('draining')
  }

  /**
   * Final watermark, flush of operators, end of data behind what they emit; none of the first two when suspended. A
   * draining stop does so before its savepoint, every other end behind the last checkpoint.
   */
  async #endData(): Promise<void> {
    if (this.#dataEnded) return
    this.#dataEnded = true
    this.processingTime.close()
    const { chain } = this.#required()
    if (this.#stop.finishesOperators) {
      if (isSourceOperator(chain.head)) {
        while (!chain.head.advanceToEndOfTime()) await this.whenOutputAvailable()
      }
      for (const operator of chain.operators) while (!(await operator.finish())) await this.whenOutputAvailable()
    }
    chain.broadcastEndOfData()
  }

  /** Synchronous up to the first hook where the announcement is there, as it always is at a source. */
  async #performCheckpoint(barrier: CheckpointBarrier, alignmentMs: number): Promise<void> {
    const { checkpointId } = barrier
    const { announcements } = this.#environment
    const { thenStop } = announcements.find(checkpointId) ?? (await announcements.get(checkpointId))
    const { checkpoints, chain, input } = this.#required()
    if (thenStop !== undefined && !checkpoints.isAborted(checkpointId)) {
      this.#beginStop(checkpointId, thenStop)
      if (thenStop === 'drain') {
        // What the source function has handed over is emitted, and its state taken, before nothing may follow any more.
        if (input instanceof SourceInput) await chain.head.prepareSnapshotPreBarrier(checkpointId)
        await this.#endData()
        if (!this.#stop.isFor(checkpointId)) throw new FlinkError('DRAIN_FAILED', { checkpointId })
      }
    }
    await checkpoints.perform(barrier, alignmentMs)
  }

  #drainOutputs(parts: TaskParts): StepResult {
    if (!parts.chain.flush() || !this.#actions.isIdle) return 'idle'
    this.#enter('ended')
    void this.#finish(parts)
    return 'done'
  }

  async #finish(parts: TaskParts): Promise<void> {
    try {
      for (const operator of parts.chain.operators) await operator.close()
      const accumulators = parts.chain.accumulators.parts()
      this.#environment.standardOutput.flush()
      if (!this.#life.isTerminal && this.#life.state !== 'CANCELING') this.#life.moveTo('FINISHED', { accumulators })
      await parts.checkpoints.close()
      parts.closeInputs()
    } catch (error) {
      this.fail(error)
    }
  }

  /** It fails already: that its last lines are lost as well must not hide why. */
  #flushLast(): void {
    try {
      this.#environment.standardOutput.flush()
    } catch (error) {
      this.#environment.logger.warn('the last lines of a failed task are lost', { reason: String(error) })
    }
  }

  #tellOutputWaiters(): void {
    for (const resolve of this.#outputWaiters.splice(0)) resolve()
  }

  async #release(): Promise<void> {
    const parts = this.#parts
    this.#actions.stop()
    this.#tellOutputWaiters()
    if (parts === undefined) return
    if (parts.input instanceof SourceInput) cancelSource(parts.chain)
    await this.#graceForRunningAction()
    await parts.checkpoints.close()
    for (const operator of parts.chain.operators) {
      try {
        await operator.close()
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        this.#environment.logger.warn('an operator did not close', { operator: operator.name, reason })
      }
    }
    parts.chain.closeOutputs()
    parts.closeInputs()
  }

  async #graceForRunningAction(): Promise<void> {
    const { running } = this.#actions
    if (running === undefined) return
    let timer: { cancel(): void } | undefined
    const grace = new Promise<void>((resolve) => {
      timer = this.#environment.clock.setTimer(CANCEL_GRACE_MS, resolve)
    })
    await Promise.race([running, grace])
    timer?.cancel()
  }

  #required(): TaskParts {
    if (this.#parts === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'a task without parts works' })
    return this.#parts
  }
}

function cancelSource({ head }: OperatorChain): void {
  if (isSourceOperator(head)) head.cancel()
}
