// Duty: which entries of a table changed since incremental checkpoints began, so that the next one writes those alone.
// Invariants: time is cut into epochs, each beginning with a checkpoint; an entry is noted once an epoch. A removed key is
// noted unless its entry is of the current epoch, which no checkpoint knows. Once more than half of the entries changed
// since the oldest epoch kept, nothing is noted until the next checkpoint, which has to be whole.
// Thread: the task worker that owns the backend.
import { grownInt32 } from './growing-numbers.js'
import { PositionList } from './position-list.js'

/** An entry that is no more. */
export interface RemovedKey {
  readonly key: unknown
  readonly namespace: unknown
  readonly keyGroup: number
}

/** What happened in and after an epoch. */
export interface Changes {
  /** May name a position twice, or one without an entry. */
  readonly positions: readonly PositionList[]
  readonly removed: RemovedKeys
  /** Whether it is one of the positions, of one that has not changed since. */
  has(position: number): boolean
}

/** In lists of many: one of 5,000,000 would be copied as a whole when it grows. */
export type RemovedKeys = readonly (readonly RemovedKey[])[]

interface Epoch {
  readonly number: number
  readonly positions: PositionList
  readonly removed: RemovedKey[][]
  removedCount: number
}

const INITIAL_CAPACITY = 64
/** A small table is not worth to be written whole because a few changed. */
const LEAST_ROOM = 1024
/** Of checkpoints none of which completes; more are not kept apart. */
const MAX_EPOCHS = 64
const REMOVED_TOGETHER = 1 << 14

export class ChangeLog {
  /** By position the epoch of its last change; negative where the entry came into being in it. */
  #epochOf: Int32Array = new Int32Array(INITIAL_CAPACITY)
  /** Oldest first; empty while nothing is noted. */
  #epochs: Epoch[] = []
  #current: Epoch | undefined
  /** How many changes are still noted. */
  #room = 0

  /** The value at the position was, or may have been, changed. */
  changed(position: number): void {
    const current = this.#current
    if (current === undefined) return
    const noted = this.#epochOf[position]
    if (noted === current.number || noted === -current.number) return
    this.#note(position, current.number, current)
  }

  inserted(position: number): void {
    if (this.#current !== undefined) this.#note(position, -this.#current.number, this.#current)
  }

  removed(position: number, removed: () => RemovedKey): void {
    const current = this.#current
    if (current === undefined || this.#epochOf[position] === -current.number) return
    if (current.removedCount % REMOVED_TOGETHER === 0) current.removed.push([])
    current.removed.at(-1)?.push(removed())
    current.removedCount += 1
    this.#use(1)
  }

  /** A checkpoint began: what happens from here on is not in it. */
  begin(epoch: number, size: number): void {
    if (this.#epochs.length === MAX_EPOCHS) this.#giveUp()
    this.#current = { number: epoch, positions: new PositionList(), removed: [], removedCount: 0 }
    this.#epochs.push(this.#current)
    this.#room = Math.max(LEAST_ROOM, size / 2) - this.#noted()
  }

  /** True when everything is known that happened in the epoch and since. */
  reachesBackTo(epoch: number): boolean {
    const [oldest] = this.#epochs
    return oldest !== undefined && oldest.number <= epoch
  }

  /** Nobody will ask for older changes. */
  forgetBefore(epoch: number): void {
    this.#epochs = this.#epochs.filter(({ number }) => number >= epoch)
  }

  /** Up to now; `begin` is to follow. */
  since(epoch: number): Changes {
    const newest = this.#current?.number ?? epoch
    const epochs = this.#epochs.filter(({ number }) => number >= epoch)
    return {
      positions: epochs.map(({ positions }) => positions),
      removed: epochs.flatMap(({ removed }) => removed),
      has: (position) => {
        const changed = Math.abs(this.#epochOf[position] as number)
        return changed >= epoch && changed <= newest
      },
    }
  }

  #note(position: number, mark: number, current: Epoch): void {
    if (position >= this.#epochOf.length) {
      this.#epochOf = grownInt32(this.#epochOf, Math.max(2 * this.#epochOf.length, position + 1))
    }
    this.#epochOf[position] = mark
    current.positions.push(position)
    this.#use(1)
  }

  #use(count: number): void {
    this.#room -= count
    if (this.#room < 0) this.#giveUp()
  }

  #giveUp(): void {
    this.#epochs = []
    this.#current = undefined
  }

  #noted(): number {
    return this.#epochs.reduce((sum, { positions, removedCount }) => sum + positions.size + removedCount, 0)
  }
}
