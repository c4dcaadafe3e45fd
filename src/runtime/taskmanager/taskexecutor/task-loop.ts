// Duty: steps the tasks of a worker in turn.
// Invariants: every task gets its step before another one gets a second; between two turns the event loop of the thread is served (timers and I/O of user code go on); when no task
// has work the worker sleeps on its doorbell and uses no CPU. A turn is scheduled at most once at a time.
// Thread: the task worker.
import type { Clock } from '../../../core/time/clock.js'
import type { MarkedStep } from './task-mark-generator.js'
import type { StepResult } from '../task/stream-task.js'

/** A step's time budget in ms. */
const STEP_BUDGET_MS = 1
/** A turn that took so long lets the event loop have the thread before the rest of the tasks. */
const TURN_BUDGET_MS = 2

/** How the loop lets go of the thread: a real worker's primitives, or a simulation's. */
export interface LoopScheduler {
  /** Calls back after the event loop was served. */
  yieldNow(turn: () => void): void
  /** Calls `turn` when somebody rings; false when `hasWork` says that there is no need to sleep. */
  sleep(hasWork: () => boolean, turn: () => void): boolean
  /** The worker is awake: nobody needs to ring. */
  awake(): void
}

export interface SteppedTask {
  step(deadline: number): StepResult
  hasWork(): boolean
  /** When the step began and ended, for a task that accounts for its time. */
  stepped?(startMs: number, endMs: number): void
}

export class TaskLoop {
  readonly #scheduler: LoopScheduler
  readonly #clock: Clock
  readonly #afterTurn: () => void
  readonly #turn = (): void => {
    this.#runTurn()
  }
  #tasks: readonly SteppedTask[] = []
  /** Present while stacks are sampled: see task-mark-generator.ts. */
  #marks: ReadonlyMap<SteppedTask, MarkedStep> | undefined
  /** Whose turn it is. */
  #next = 0
  #isScheduled = false
  #isInTurn = false
  #wokenInTurn = false

  constructor(scheduler: LoopScheduler, clock: Clock, afterTurn: () => void) {
    this.#scheduler = scheduler
    this.#clock = clock
    this.#afterTurn = afterTurn
  }

  setTasks(tasks: readonly SteppedTask[]): void {
    this.#tasks = tasks
    this.#next = 0
    this.wake()
  }

  /** From here on the steps of these tasks are called by functions that the stack tells apart. */
  mark(marks: ReadonlyMap<SteppedTask, MarkedStep>): void {
    this.#marks = marks
  }

  unmark(): void {
    this.#marks = undefined
  }

  /** There may be work: a turn comes soon. */
  wake(): void {
    if (this.#isInTurn) this.#wokenInTurn = true
    else this.#scheduleTurn()
  }

  #scheduleTurn(): void {
    if (this.#isScheduled || this.#tasks.length === 0) return
    this.#isScheduled = true
    this.#scheduler.yieldNow(this.#turn)
  }

  #runTurn(): void {
    this.#isScheduled = false
    this.#isInTurn = true
    this.#wokenInTurn = false
    this.#scheduler.awake()
    let hasMore = false
    let startMs = this.#clock.monotonicMs()
    const turnEndMs = startMs + TURN_BUDGET_MS
    const tasks = this.#tasks
    for (let stepped = 0; stepped < tasks.length; stepped += 1) {
      const task = tasks[this.#next] as SteppedTask
      const mark = this.#marks?.get(task)
      const deadline = startMs + STEP_BUDGET_MS
      if ((mark === undefined ? task.step(deadline) : mark(task, deadline)) === 'more') hasMore = true
      const endMs = this.#clock.monotonicMs()
      task.stepped?.(startMs, endMs)
      startMs = endMs
      // A step may have set other tasks: then the turn is over.
      if (tasks !== this.#tasks) break
      this.#next = (this.#next + 1) % tasks.length
      if (endMs >= turnEndMs) {
        hasMore ||= stepped + 1 < tasks.length
        break
      }
    }
    this.#isInTurn = false
    this.#afterTurn()
    if (hasMore || this.#wokenInTurn || !this.#sleep()) this.#scheduleTurn()
  }

  #sleep(): boolean {
    return this.#scheduler.sleep(() => this.#tasks.some((task) => task.hasWork()), this.#turn)
  }
}
