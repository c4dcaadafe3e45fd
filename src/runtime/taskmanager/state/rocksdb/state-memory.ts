// Duty: how much memory the operators of a worker may take for state on the disk, and what part of it each of them gets.
// Invariants: operators join when they are made, which is before the first of them is opened: from there on the parts do not
// change, and together they are the whole.
// Thread: the task worker.

/** Bytes for one store. */
export interface MemoryShare {
  /** For the driver: tables that are not written yet, and blocks of files. Not on the heap. */
  readonly driverBytes: number
  /** For objects that are kept alive before their entries. On the heap. */
  readonly objectBytes: number
  /** Of the driver's, the part for tables that are not written yet: 0 to 1. */
  readonly writeBufferRatio: number
}

export class StateMemory {
  readonly #budget: MemoryShare
  readonly #isShared: boolean
  #operators = 0

  /** `isShared`: the budget is for all operators together; else each of them has as much. */
  constructor(budget: MemoryShare, isShared: boolean) {
    this.#budget = budget
    this.#isShared = isShared
  }

  /** One more operator. */
  join(): void {
    this.#operators += 1
  }

  /** What each operator has, once all have joined. */
  share(): MemoryShare {
    const { driverBytes, objectBytes, writeBufferRatio } = this.#budget
    const parts = this.#isShared ? Math.max(1, this.#operators) : 1
    return {
      driverBytes: Math.floor(driverBytes / parts),
      objectBytes: Math.floor(objectBytes / parts),
      writeBufferRatio,
    }
  }
}
