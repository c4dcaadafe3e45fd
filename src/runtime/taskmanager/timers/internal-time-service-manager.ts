// Duty: all timers of a keyed operator, by the name of their service.
// Invariants: one service a name; they fire in the order in which they were asked for.
// Thread: the task worker that owns the operator.
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { NamespaceType } from '../state/namespace-type.js'
import { FiringSlice } from './firing-slice.js'
import type { InternalTimerService, Triggerable } from './internal-timer-service.js'
import { KeyedTimerService } from './keyed-timer-service.js'
import { SnapshotWatermark } from './snapshot-watermark.js'
import type { TimerEnvironment } from './timer-environment.js'

export class InternalTimeServiceManager {
  readonly #environment: TimerEnvironment
  readonly #slice: FiringSlice
  readonly #services = new Map<string, KeyedTimerService<unknown>>()
  #watermark = NO_TIMESTAMP
  #inSnapshots: SnapshotWatermark | undefined

  constructor(environment: TimerEnvironment) {
    this.#environment = environment
    this.#slice = new FiringSlice(environment.task)
  }

  /** The service of a name is the same at each call; its timers are in snapshots under the name. Not before the restore. */
  getInternalTimerService<N>(
    name: string,
    namespaces: NamespaceType<N>,
    triggerable: Triggerable<N>,
  ): InternalTimerService<N> {
    const existing = this.#services.get(name)
    if (existing !== undefined) return existing
    const restoredWatermark = (): number => this.#restoredWatermark()
    const parameters = { name, namespaces, triggerable, restoredWatermark }
    const service = new KeyedTimerService({ ...parameters, environment: this.#environment, slice: this.#slice })
    this.#services.set(name, service)
    return service
  }

  /** Fires what is due. False: not done, as the output is full or others want the thread; to be called again with the same timestamp. */
  advanceWatermark(timestamp: number): boolean {
    this.#slice.begin()
    this.#watermark = timestamp
    for (const service of this.#services.values()) if (!service.advanceWatermark(timestamp)) return false
    return true
  }

  /** Right before the state is captured. */
  prepareSnapshot(): void {
    if (this.#inSnapshots === undefined) return
    this.#inSnapshots.set(this.#environment.backend.hasEntries() ? this.#watermark : undefined)
  }

  close(): void {
    for (const service of this.#services.values()) service.close()
  }

  #restoredWatermark(): number {
    this.#inSnapshots ??= new SnapshotWatermark(this.#environment.operatorState)
    return this.#inSnapshots.restored
  }
}
