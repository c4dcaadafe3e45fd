// Duty: one subtask of a vertex: a chain of operators, its input, its outputs, stepped by the worker's loop.
//
// Its life is drawn in task-life.ts, what it waits for at its end in task-ending.ts, what a step may rely on in README.md.
//
// Invariants: complete when it exists. Cooperative: `step` returns after its budget; records, mail and the start of
// asynchronous actions happen in it and nowhere else. No input is taken while an action or a sink's promise is pending or
// an output is full. Restoring is the first action, and nothing is closed while it runs.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { settledWithin } from '../../../core/time/settled-within.js'
import type { QueryState } from '../../protocol/state-queries.js'
import type { TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import type { InputTime, LateRecords, TaskTimeReport } from '../../protocol/time-report.js'
import type { TaskMetricGroup } from '../metrics/task-metric-group.js'
import type { TaskActivity } from '../metrics/task-times.js'
import type { AccumulatorRegistry } from '../operators/accumulator-registry.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { StreamOperator } from '../operators/stream-operator.js'
import { dropsLateRecords } from '../operators/late-record-dropper.js'
import { makesWatermarks } from '../operators/watermark-maker.js'
import type { OperatorChain } from './operator-chain.js'
import type { OperatorEvents } from './operator-events.js'
import { OutputFlusher } from './output-flusher.js'
import type { TaskQueryableStates } from './queryable-states.js'
import type { SubtaskCheckpointCoordinator } from './subtask-checkpoint-coordinator.js'
import type { TaskControl } from './task-control.js'
import type { TaskEnding } from './task-ending.js'
import type { TaskEnvironment } from './task-environment.js'
import type { TaskInput } from './task-input.js'
import type { TaskOutputs } from './task-outputs.js'

/** `more`: step again soon; `idle`: wait for data, room, mail or time; `done`: the task has ended. */
export type StepResult = 'more' | 'idle' | 'done'

/** How long a cancelled task waits for what its functions are in the middle of. */
const CANCEL_GRACE_MS = 1000

export interface StreamTaskParts {
  readonly control: TaskControl
  readonly chain: OperatorChain
  readonly input: TaskInput
  readonly outputs: TaskOutputs
  readonly checkpoints: SubtaskCheckpointCoordinator
  readonly ending: TaskEnding
  readonly events: OperatorEvents
  readonly queryableStates: TaskQueryableStates
  readonly metrics: TaskMetricGroup
  readonly inputTimes: () => readonly InputTime[]
}

export class StreamTask {
  readonly descriptor: TaskDeploymentDescriptor
  readonly #environment: TaskEnvironment
  readonly #parts: StreamTaskParts
  readonly #control: TaskControl
  readonly #input: TaskInput
  readonly #operators: readonly StreamOperator[]
  readonly #flusher: OutputFlusher
  #lastStep: StepResult = 'idle'
  /** From the task's end on: settles when all is closed. */
  #closed: Promise<void> | undefined
  /** It has failed, and the next attempt waits for the rest of it. */
  #isClosing = false

  constructor(descriptor: TaskDeploymentDescriptor, environment: TaskEnvironment, parts: StreamTaskParts) {
    this.descriptor = descriptor
    this.#environment = environment
    this.#parts = parts
    this.#control = parts.control
    this.#input = parts.input
    this.#operators = parts.chain.operators
    this.#flusher = new OutputFlusher(parts.outputs, environment.clock)
  }

  get isTerminal(): boolean {
    return this.#control.life.isTerminal
  }

  get metrics(): TaskMetricGroup {
    return this.#parts.metrics
  }

  timeReport(): TaskTimeReport {
    const makers = this.#operators.filter(makesWatermarks)
    return {
      executionId: this.descriptor.executionId,
      inputs: this.#parts.inputTimes(),
      makers: makers.map((maker) => ({ operatorId: maker.operatorId, ...maker.watermarkTime() })),
      lateRecords: this.#lateRecords(),
    }
  }

  #lateRecords(): LateRecords[] {
    return this.#operators.filter(dropsLateRecords).flatMap(({ operatorId, numLateRecordsDropped: numDropped }) => {
      return numDropped > 0 ? [{ operatorId, numDropped }] : []
    })
  }

  get accumulators(): AccumulatorRegistry {
    return this.#parts.chain.accumulators
  }

  /** All tasks of the worker exist: the operators are restored and opened, from the chain's ends to its head. */
  start(): void {
    this.#control.enter('restoring')
    this.#control.actions.enqueue(() => this.#restore())
  }

  step(deadline: number): StepResult {
    if (this.#control.life.hasEnded) return 'done'
    try {
      this.#lastStep = this.#stepOnce(deadline)
      this.#parts.checkpoints.stepped()
      this.#leaveKeys()
    } catch (error) {
      this.fail(error)
      this.#lastStep = 'done'
    }
    return this.#lastStep
  }

  stepped(startMs: number, endMs: number): void {
    this.metrics.times.stepped(startMs, endMs, this.#activity())
  }

  /** Asked before the worker sleeps: true when a step would find something to do. */
  hasWork(): boolean {
    const { life, mailbox, actions, hasOutputWaiters } = this.#control
    if (life.hasEnded) return false
    const { outputs } = this.#parts
    if (!mailbox.isEmpty) return true
    if (life.takesInput && this.#input.announced?.hasNew === true) return true
    if (this.#control.time.isPending) return this.#control.mayContinueTime
    if (hasOutputWaiters && outputs.isAvailable()) return true
    if (actions.isReady || this.#control.mayEmit) return true
    if (life.phase === 'draining') return this.#isSettled && outputs.isAvailable()
    return this.#control.mayTakeInput && this.#input.hasData()
  }

  triggerCheckpoint(barrier: CheckpointBarrier): void {
    const { checkpointId } = barrier
    this.#control.mailbox.put(() => {
      const { life } = this.#control
      if (!life.isRunning || life.phase === 'draining') {
        this.#parts.checkpoints.decline(checkpointId, `the task is ${life.phase}`)
      } else if (this.#input.onTrigger(barrier) === 'take-now') {
        this.#takeTriggered(barrier)
      }
    })
  }

  notifyCheckpointComplete(checkpointId: number): void {
    const { life, actions } = this.#control
    if (!life.isRunning) return
    // Others of the worker are told; here it would be two turns for nothing.
    if (!this.#parts.checkpoints.hearsOfCompletion(checkpointId)) return
    actions.enqueue(async () => {
      for (const operator of this.#operators) await operator.notifyCheckpointComplete(checkpointId)
      if (this.#parts.ending.checkpointCompleted(checkpointId)) this.#input.endEarly()
    })
  }

  notifyCheckpointAborted(checkpointId: number): void {
    const { life, actions } = this.#control
    if (life.hasEnded) return
    const { checkpoints, ending } = this.#parts
    this.#input.onCheckpointAborted(checkpointId)
    void checkpoints.abort(checkpointId)
    const afterAbort = ending.checkpointAborted(checkpointId)
    if (afterAbort !== 'no-stop') this.#control.processingTime.resume()
    if (afterAbort === 'lost') this.fail(new FlinkError('DRAIN_FAILED', { checkpointId }))
    if (afterAbort === 'goes-on') this.#input.resume()
    if (!checkpoints.hasListeners) return
    actions.enqueue(async () => {
      for (const operator of this.#operators) await operator.notifyCheckpointAborted(checkpointId)
    })
  }

  handleOperatorEvent(operatorId: string, event: unknown): void {
    if (!this.#control.life.hasEnded) this.#parts.events.arrived(operatorId, event)
  }

  queryState(query: QueryState): void {
    if (!this.#control.life.hasEnded) this.#parts.queryableStates.arrived(query)
  }

  fail(error: unknown): void {
    const { life } = this.#control
    if (life.isTerminal || life.phase === 'canceling') return
    const graceMs = this.#graceMs
    this.#flushLast()
    this.#isClosing = true
    this.#tellClosing()
    this.#control.enter('failed', { error })
    this.#closed ??= this.#release(graceMs)
    void this.#tellWhenClosed(this.#closed)
  }

  /** Resolves when the functions are closed and the task is CANCELED. */
  async cancel(): Promise<void> {
    const { life } = this.#control
    if (this.#isClosing) this.#tellClosing()
    if (life.isTerminal || life.phase === 'canceling') return this.#closed
    const graceMs = this.#graceMs
    this.#control.enter('canceling')
    this.#closed ??= this.#release(graceMs)
    await this.#closed
    life.moveTo('canceled')
  }

  #stepOnce(deadline: number): StepResult {
    const { mailbox, actions, life } = this.#control
    if (!mailbox.isEmpty) {
      this.#input.awaken()
      mailbox.drain()
      if (life.hasEnded) return 'done'
    }
    if (life.takesInput) this.#input.announced?.take()
    if (!this.#continueTime()) {
      this.#flusher.afterStep(true)
      return this.#control.mayContinueTime ? 'more' : 'idle'
    }
    this.#moveOn()
    actions.runNext()
    const isAvailable = this.#parts.outputs.isAvailable()
    if (isAvailable && !this.#control.time.isPending) this.#control.tellOutputWaiters()
    if (life.phase === 'draining') return this.#drainOutputs()
    if (this.#control.mayEmit) this.#control.emissions.run()
    const result = isAvailable && this.#control.mayTakeInput ? this.#takeInput(deadline) : 'idle'
    this.#flusher.afterStep(result === 'idle')
    return this.#control.mayEmit ? 'more' : result
  }

  /** A checkpoint whose last barrier came begins at once: it is one turn of the worker less. */
  #takeInput(deadline: number): StepResult {
    const result = this.#work(deadline)
    const { actions, time } = this.#control
    if (!actions.isReady || time.isPending) return result
    this.#leaveKeys()
    actions.runNext()
    return 'idle'
  }

  /**
   * What a function has begun and not waited for would find the key of another record. Actions, which may take several
   * steps, have keys of their own.
   */
  #leaveKeys(): void {
    if (this.#control.actions.running !== undefined) return
    for (const operator of this.#operators) operator.leaveKey?.()
  }

  /** Before anything else happens to the chain: actions wait as well as records. True when nothing is pending. */
  #continueTime(): boolean {
    const { time } = this.#control
    return !time.isPending || (this.#control.mayContinueTime && time.continue())
  }

  #work(deadline: number): StepResult {
    let moved = false
    const { recent } = this.#control.processingTime
    do {
      recent.inputBegins()
      const status = this.#input.process()
      recent.inputEnds()
      if (status !== 'more') {
        if (status === 'end') this.#parts.ending.dataRead()
        return moved || this.#nextPhase !== undefined ? 'more' : 'idle'
      }
      moved = true
    } while (this.#control.mayTakeInput && this.#environment.clock.monotonicMs() < deadline)
    return this.#control.mayTakeInput || this.#control.actions.isReady ? 'more' : 'idle'
  }

  /** What follows by what is known already; undefined as long as it has to be waited for. */
  get #nextPhase(): 'finishing' | 'draining' | undefined {
    const { life } = this.#control
    const { ending } = this.#parts
    if (life.phase === 'running') return ending.mayEndData ? 'finishing' : undefined
    const isOver = life.phase === 'awaitingFinalCheckpoint' && this.#input.isExhausted && ending.mayEnd
    // Checkpoints that wait for no records are taken meanwhile, with what waits here.
    return isOver && this.#parts.outputs.flush() ? 'draining' : undefined
  }

  #moveOn(): void {
    const { actions } = this.#control
    if (!actions.isIdle) return
    const next = this.#nextPhase
    if (next === 'finishing') actions.enqueue(() => this.#endData())
    if (next === 'draining') {
      this.#parts.outputs.broadcastEndOfPartition()
      this.#control.enter('draining')
    }
  }

  async #restore(): Promise<void> {
    const { life } = this.#control
    const { restore } = this.descriptor
    for (const operator of this.#operators.toReversed()) {
      await operator.initializeState(restore?.state.operators[operator.operatorId], restore?.checkpointId)
      if (life.hasEnded) return
      await operator.open()
      if (life.hasEnded) return
    }
    const headId = this.#operators[0]?.operatorId ?? ''
    await this.#input.restoreChannels?.(restore?.state.operators[headId]?.inputChannels ?? [])
    if (life.hasEnded) return
    this.#control.enter('running')
    this.metrics.markTaskStart(this.#environment.clock.monotonicMs())
  }

  /** Final watermark, flush of operators, end of data after what they emit; none of the first two when suspended. */
  async #endData(): Promise<void> {
    const { life } = this.#control
    const { ending, outputs } = this.#parts
    this.#control.enter('finishing')
    this.#control.processingTime.close()
    if (ending.finishesOperators) {
      this.#input.advanceToEndOfTime()
      await this.#control.whenTimeIsDone()
      if (life.hasEnded) return
      for (const operator of this.#operators) {
        while (!(await operator.finish())) await this.#control.whenStepHasRoom()
        await this.#control.whenTimeIsDone()
        if (life.hasEnded) return
      }
    }
    outputs.broadcastEndOfData()
    ending.dataEnded()
    this.#control.enter('awaitingFinalCheckpoint')
    const { executionId } = this.descriptor
    const waitsFor = ending.needsFinalCheckpoint ? 'checkpoint' : undefined
    this.#environment.send({ type: 'end-of-data', executionId, waitsFor })
  }

  /** Synchronous up to the first hook, so that what a source's function does meanwhile is after the barrier. */
  #takeTriggered(barrier: CheckpointBarrier): void {
    const { checkpoints } = this.#parts
    const { checkpointId, options } = barrier
    if (options.stop !== undefined) {
      checkpoints.beginStop(checkpointId, options.stop)
      this.#input.pause()
    }
    if (options.stop === 'drain') this.#control.actions.enqueue(() => this.#drainSource(checkpointId))
    checkpoints.take(barrier, 0)
  }

  /** What the source function has handed over is emitted, and its state taken, before nothing may follow any more. */
  async #drainSource(checkpointId: number): Promise<void> {
    const { checkpoints, chain, ending } = this.#parts
    if (this.#control.life.phase !== 'running' || checkpoints.isAborted(checkpointId)) return
    await chain.head.prepareSnapshotPreBarrier(checkpointId)
    if (this.#control.life.hasEnded) return
    await this.#endData()
    if (!ending.isStoppingWith(checkpointId)) throw new FlinkError('DRAIN_FAILED', { checkpointId })
  }

  /** Nothing of the task is under way any more; a snapshot that is being written is waited for. */
  get #isSettled(): boolean {
    return this.#control.actions.isIdle && !this.#parts.checkpoints.isWriting
  }

  #drainOutputs(): StepResult {
    if (!this.#parts.outputs.flush() || !this.#isSettled) return 'idle'
    this.#control.enter('closing')
    this.#closed = this.#close()
    return 'done'
  }

  async #close(): Promise<void> {
    const { life } = this.#control
    try {
      await this.#parts.checkpoints.close()
      const accumulators = this.accumulators.parts()
      // The last report may never be due.
      if (this.#lateRecords().length > 0) this.#environment.send({ type: 'report-time', tasks: [this.timeReport()] })
      for (const operator of this.#operators) await operator.close()
      this.#environment.standardOutput.flush()
      if (life.phase === 'closing') this.#control.enter('finished', { accumulators })
      this.#input.close()
    } catch (error) {
      this.fail(error)
      await this.#release(CANCEL_GRACE_MS)
    }
  }

  #tellClosing(): void {
    this.#environment.send({ type: 'task-closing', executionId: this.descriptor.executionId })
  }

  async #tellWhenClosed(closed: Promise<void>): Promise<void> {
    await Promise.allSettled([closed])
    this.#isClosing = false
    this.#environment.send({ type: 'task-closed', executionId: this.descriptor.executionId })
  }

  /** It fails already: that its last lines are lost as well must not hide why. */
  #flushLast(): void {
    try {
      this.#environment.standardOutput.flush()
    } catch (error) {
      this.#environment.logger.warn('the last lines of a failed task are lost', { reason: String(error) })
    }
  }

  /** From a step's end to the next one's begin. */
  #activity(): TaskActivity {
    const { life, actions } = this.#control
    if (life.phase === 'deploying' || life.phase === 'restoring' || life.hasEnded) return 'none'
    if (this.#lastStep === 'more' || !actions.isIdle) return 'busy'
    if (!this.#control.isOutputAvailable()) return 'backPressured'
    // It waits for results, and its inputs wait for it.
    return this.#control.emissions.holdsInput ? 'busy' : 'idle'
  }

  /** A function that is still being opened has nothing that could be closed: it is waited for, however long it takes. */
  get #graceMs(): number {
    return this.#control.life.phase === 'restoring' ? Number.POSITIVE_INFINITY : CANCEL_GRACE_MS
  }

  async #release(graceMs: number): Promise<void> {
    const { checkpoints, outputs } = this.#parts
    this.#control.actions.stop()
    this.#control.tellOutputWaiters()
    this.#input.cancel()
    await this.#untilActionEnds(graceMs)
    await checkpoints.close()
    for (const operator of this.#operators) {
      try {
        await operator.close()
      } catch (error) {
        const reason = messageOf(error)
        this.#environment.logger.warn('an operator did not close', { operator: operator.name, reason })
      }
    }
    outputs.close()
    this.#input.close()
  }

  async #untilActionEnds(graceMs: number): Promise<void> {
    const { running } = this.#control.actions
    if (running === undefined || graceMs === Number.POSITIVE_INFINITY) return running
    await settledWithin(running, graceMs, this.#environment.clock)
  }
}
