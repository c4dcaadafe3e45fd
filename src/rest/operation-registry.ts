import { FlinkError } from '../core/errors/flink-error.js'
import { asError } from '../core/errors/thrown-value.js'
import type { Random } from '../core/random/random.js'
import type { Clock, TimerHandle } from '../core/time/clock.js'

/** More than anybody comes back for; whoever triggers more makes the oldest results be forgotten. */
const MOST_OPERATIONS = 1000

interface Operation<T> {
  /** When its outcome is forgotten; undefined while it runs. */
  expiry: TimerHandle | undefined
  outcome: { readonly value: T } | { readonly error: Error } | undefined
  /** Somebody has asked for the outcome and got it. */
  isFetched: boolean
}

/**
 * Operations that were triggered over REST and are asked about later. A result stays for `storeDurationMs` after its
 * end; a trigger with an id that is known does not start a second operation.
 */
export class OperationRegistry<T> {
  readonly #clock: Clock
  readonly #random: Random
  readonly #storeDurationMs: number
  /** By scope and id: two jobs may be asked for the same under one id, as a script does that makes up its own. */
  readonly #operations = new Map<string, Operation<T>>()

  constructor(services: { readonly clock: Clock; readonly random: Random; readonly storeDurationMs: number }) {
    this.#clock = services.clock
    this.#random = services.random
    this.#storeDurationMs = services.storeDurationMs
  }

  /**
   * Starts `run` under the given or a new id; `scope` (the job id) must be named again when asking. CONTROL_REQUEST_INVALID
   * where more of them run than a job could ever take.
   */
  trigger(scope: string, proposedId: string | null | undefined, run: () => Promise<T>): string {
    const id = proposedId ?? this.#random.hex(32)
    const key = keyOf(scope, id)
    if (this.#operations.has(key)) return id
    this.#makeRoom()
    const operation: Operation<T> = { expiry: undefined, outcome: undefined, isFetched: false }
    this.#operations.set(key, operation)
    void this.#watch(key, operation, run)
    return id
  }

  /** Whether an operation was triggered under that id, and is not forgotten yet. */
  has(scope: string, id: string): boolean {
    return this.#operations.has(keyOf(scope, id))
  }

  /** Undefined while it runs. */
  poll(scope: string, id: string, what: string): Operation<T>['outcome'] {
    const operation = this.#operations.get(keyOf(scope, id))
    if (operation === undefined) {
      const text = `There is no ${what} operation with triggerId=${id} for job ${scope}.`
      throw new FlinkError('OPERATION_NOT_FOUND', { text })
    }
    if (operation.outcome !== undefined) operation.isFetched = true
    return operation.outcome
  }

  /** Whether somebody may still come for the outcome of an operation. */
  get isAwaited(): boolean {
    return [...this.#operations.values()].some(({ isFetched }) => !isFetched)
  }

  /** Forgets everything, so that no timer keeps the process alive. */
  close(): void {
    for (const { expiry } of this.#operations.values()) expiry?.cancel()
    this.#operations.clear()
  }

  #makeRoom(): void {
    if (this.#operations.size < MOST_OPERATIONS) return
    const oldest = [...this.#operations].find(([, { outcome }]) => outcome !== undefined)
    if (oldest === undefined) {
      const reason = `${String(MOST_OPERATIONS)} operations are under way already`
      throw new FlinkError('CONTROL_REQUEST_INVALID', { reason })
    }
    const [key, { expiry }] = oldest
    expiry?.cancel()
    this.#operations.delete(key)
  }

  async #watch(key: string, operation: Operation<T>, run: () => Promise<T>): Promise<void> {
    try {
      operation.outcome = { value: await run() }
    } catch (error) {
      operation.outcome = { error: asError(error) }
    }
    // Closed meanwhile, nobody comes for it any more.
    if (this.#operations.get(key) !== operation) return
    operation.expiry = this.#clock.setTimer(this.#storeDurationMs, () => {
      this.#operations.delete(key)
    })
  }
}

function keyOf(scope: string, id: string): string {
  return `${scope} ${id}`
}
