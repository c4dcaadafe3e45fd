// Duty: how outputs, operators and inputs of a task steer it, and what they ask of it: mail, exclusive actions, room in
// the outputs, whether input may be taken.
// Invariants: made before everything that uses it, so that a task is complete when it exists. An error of an action
// reaches the task as mail, that is in its next step, before anything else begins.
// Thread: the task's worker.
import type { Clock } from '../../../core/time/clock.js'
import type { InputInterrupt } from '../network/input-interrupt.js'
import { PendingTime } from '../eventtime/pending-time.js'
import { ExclusiveActions } from './exclusive-actions.js'
import { Mailbox } from './mailbox.js'
import { ProcessingTimeTimers } from './processing-time-timers.js'
import { TaskEmissions } from './task-emissions.js'
import type { TaskLife, TaskPhase } from './task-life.js'
import type { TaskOutputs } from './task-outputs.js'

export interface TaskControlInput {
  readonly life: TaskLife
  readonly outputs: TaskOutputs
  /** Raised by the outputs, too. */
  readonly interrupt: InputInterrupt
  /** Makes the worker's loop step the task soon. */
  readonly wake: () => void
  readonly clock: Clock
}

export class TaskControl {
  readonly life: TaskLife
  readonly mailbox: Mailbox
  readonly actions: ExclusiveActions
  readonly processingTime: ProcessingTimeTimers
  readonly time: PendingTime
  readonly emissions: TaskEmissions
  readonly wake: () => void
  readonly #outputs: TaskOutputs
  readonly #interrupt: InputInterrupt
  readonly #outputWaiters: (() => void)[] = []

  constructor({ life, outputs, interrupt, wake, clock }: TaskControlInput) {
    this.life = life
    this.wake = wake
    this.#outputs = outputs
    this.#interrupt = interrupt
    this.mailbox = new Mailbox(wake)
    const onError = (error: unknown): void => {
      this.mailbox.put(() => {
        throw error
      })
    }
    this.actions = new ExclusiveActions(onError, wake, interrupt)
    this.time = new PendingTime(() => {
      interrupt.raise()
      wake()
    })
    this.emissions = new TaskEmissions(() => {
      interrupt.raise()
      wake()
    })
    const whenOutputAvailable = (): Promise<void> => this.whenStepHasRoom()
    this.processingTime = new ProcessingTimeTimers({ clock, actions: this.actions, whenOutputAvailable })
  }

  /** False when what comes in must stay in its channel, or in its source. */
  get mayTakeInput(): boolean {
    return !this.#interrupt.isRaised || this.#checkInput()
  }

  enter(phase: TaskPhase, details?: Parameters<TaskLife['moveTo']>[1]): void {
    this.#interrupt.raise()
    this.life.moveTo(phase, details)
    if (!this.life.hasEnded) return
    this.processingTime.close()
    this.emissions.close()
  }

  isOutputAvailable(): boolean {
    return !this.#interrupt.isRaised || this.#hasRoom()
  }

  /** Resolves when there is room and no watermark is pending; also when the task ends while it waits. */
  whenOutputAvailable(): Promise<void> {
    if (this.isOutputAvailable()) return Promise.resolve()
    return new Promise((resolve) => this.#outputWaiters.push(resolve))
  }

  /** Resolves when no watermark is pending; also when the task ends. */
  async whenTimeIsDone(): Promise<void> {
    while (this.time.isPending && !this.life.hasEnded) await this.whenOutputAvailable()
  }

  /** True where a watermark that is pending may go on: nothing runs but what waits for that. */
  get mayContinueTime(): boolean {
    const { actions } = this
    const isFree = actions.isFree || (this.hasOutputWaiters && !actions.isSuspended)
    return isFree && this.#outputs.isAvailable()
  }

  /** True where an operator has something of its own to emit, and nothing keeps it from that. */
  get mayEmit(): boolean {
    const { emissions, actions, time, processingTime } = this
    const isFree = actions.isFree && !time.isPending && !processingTime.isHeld
    return emissions.isRequested && isFree && this.#outputs.isAvailable()
  }

  /** As whenOutputAvailable, in a later step: for what was not done though there is room, as others want the thread. */
  whenStepHasRoom(): Promise<void> {
    const later = new Promise<void>((resolve) => this.#outputWaiters.push(resolve))
    this.wake()
    return later
  }

  get hasOutputWaiters(): boolean {
    return this.#outputWaiters.length > 0
  }

  tellOutputWaiters(): void {
    if (this.#outputWaiters.length === 0) return
    for (const resolve of this.#outputWaiters.splice(0)) resolve()
  }

  #checkInput(): boolean {
    // A task that stops with a savepoint emits nothing more, so nobody would give a place free: only its end is still to come.
    const isHeld = this.emissions.holdsInput && !this.processingTime.isHeld
    const isFree = this.actions.isIdle && !this.time.isPending && !isHeld
    const isOpen = this.life.takesInput && isFree && this.#outputs.isAvailable()
    if (isOpen) this.#interrupt.lower()
    return isOpen
  }

  #hasRoom(): boolean {
    const { room } = this.time
    return room === 'as-channels' ? this.#outputs.isAvailable() : room === 'yes'
  }
}
