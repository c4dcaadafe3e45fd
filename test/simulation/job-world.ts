/** What the functions of one worker reach of the simulated world. */
import type { CoordinatorHook } from './number-coordinator.js'
import type { RunPlan, Scenario } from './scenario.js'
import type { TransactionalStore } from './transactional-store.js'

/** A record on its way to the counts. */
export interface NumberRecord {
  value: number
}

export type HookName =
  | `coordinator: ${CoordinatorHook}`
  | 'handleOperatorEvent'
  | 'open'
  | 'initializeState'
  | 'snapshotState'
  | 'notifyCheckpointComplete'
  | 'notifyCheckpointAborted'
  | 'finish'
  | 'close'
  | 'commit: before'
  | 'commit: after'

export interface JobWorld {
  readonly scenario: Scenario
  readonly plan: RunPlan
  /** Distinguishes this run of the job from the earlier ones. */
  readonly runName: string
  readonly store: TransactionalStore
  /** May throw, or end or stop the worker, in the middle of a record. */
  readonly beforeRecord: (value: number) => void
  /** May throw, when a value is written into a snapshot or copied for one. */
  readonly beforeStoring: () => void
  /** May throw, reject, or take long. */
  readonly beforeHook: (name: HookName, of: string) => void | Promise<void>
  /** What a sink waits for with a record. */
  readonly beforeWriting: () => void | Promise<void>
  /** How many records the job commits in all. */
  readonly expectedRecords: () => number
  /** Something that is to be seen among the events. */
  readonly note: (what: string) => void
  /** What must never happen happened in a function. */
  readonly fail: (reason: string) => void
  /** Waits on the worker's time. */
  readonly pause: (delayMs: number) => Promise<void>
  readonly now: () => number
  readonly nextInt: (bound: number) => number
}

/** The functions of one run of main, by the uid of their operator. */
export class FunctionBag {
  readonly #functions = new Map<string, unknown>()
  readonly #make: <T>(make: (world: JobWorld) => T) => T

  constructor(world: JobWorld) {
    this.#make = (make) => make(world)
  }

  get<T>(uid: string, make: (world: JobWorld) => T): T {
    if (!this.#functions.has(uid)) this.#functions.set(uid, this.#make(make))
    return this.#functions.get(uid) as T
  }
}
