import { FlinkError } from '../core/errors/flink-error.js'
import { asError } from '../core/errors/thrown-value.js'
import type { Random } from '../core/random/random.js'
import type { Clock, TimerHandle } from '../core/time/clock.js'

/** Results of operations stay pollable this long, as Flink's rest.async.store-duration. */
export const STORE_DURATION_MS: number = 5 * 60_000
/** More than anybody comes back for; whoever triggers more makes the oldest results be forgotten. */
const MOST_OPERATIONS = 1000

interface Operation<T> {
  readonly scope: string
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
    if (this.#operations.has(id)) return id
    this.#makeRoom()
    const operation: Operation<T> = { scope, expiry: undefined, outcome: undefined, isFetched: false }
    this.#operations.set(id, operation)
    void this.#watch(id, operation, run)
    return id
  }

  /** Undefined while it runs. */
  poll(scope: string, id: string, what: string): Operation<T>['outcome'] {
    const operation = this.#operations.get(id)
    if (operation?.scope !== scope) {
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
    const [id, { expiry }] = oldest
    expiry?.cancel()
    this.#operations.delete(id)
  }

  async #watch(id: string, operation: Operation<T>, run: () => Promise<T>): Promise<void> {
    try {
      operation.outcome = { value: await run() }
    } catch (error) {
      operation.outcome = { error: asError(error) }
    }
    // Closed meanwhile, nobody comes for it any more.
    if (this.#operations.get(id) !== operation) return
    operation.expiry = this.#clock.setTimer(this.#storeDurationMs, () => {
      this.#operations.delete(id)
    })
  }
}
