// Duty: steps the tasks of a worker in turn.
// Invariants: between two turns the event loop of the thread is served (timers and I/O of user code go on); when no task
// has work the worker sleeps on its doorbell and uses no CPU. A turn is scheduled at most once at a time.
// Thread: the task worker.
import type { Clock } from '../../../core/time/clock.js'
import type { StepResult } from '../task/stream-task.js'

/** A step's time budget in ms. */
const STEP_BUDGET_MS = 1

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
    this.wake()
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
    for (const task of this.#tasks) {
      if (task.step(startMs + STEP_BUDGET_MS) === 'more') hasMore = true
      const endMs = this.#clock.monotonicMs()
      task.stepped?.(startMs, endMs)
      startMs = endMs
    }
    this.#isInTurn = false
    this.#afterTurn()
    if (hasMore || this.#wokenInTurn || !this.#sleep()) this.#scheduleTurn()
  }

  #sleep(): boolean {
    return this.#scheduler.sleep(() => this.#tasks.some((task) => task.hasWork()), this.#turn)
  }
}
