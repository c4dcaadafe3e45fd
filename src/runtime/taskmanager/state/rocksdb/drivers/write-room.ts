// Duty: keeps a synchronous write out of RocksDB's own wait for room in memory. That wait has no end where files cannot be
// written, as on a full disk, until somebody makes space there; and the thread that waits is the one that would.
// Invariants: one write fills one table at most, so it does not come to that wait where `hasRoom` said yes before it.
// Thread: the task worker that owns the backend.
import { ReasonError } from '../../../../../core/errors/reason-error.js'

/** A write waits at six tables in memory (`max_write_buffer_number`), and is slowed down at five. */
const MOST_TABLES = 4
/** It waits at 36 files of level 0 (`level0_stop_writes_trigger`), and is slowed down at 20. */
const MOST_FILES_OF_LEVEL_0 = 33
const PAUSE_MS = 1

export class WriteRoom {
  readonly #read: (property: string) => string
  readonly #pause: () => void

  /** `read`: a property of the database. `pause`: keeps the thread for a moment. */
  constructor(read: (property: string) => string, pause: () => void = pauser()) {
    this.#read = read
    this.#pause = pause
  }

  /**
   * Returns when a write will not have to wait; throws where files could not be written or merged in the background, of which
   * RocksDB tells nobody before the next write, and then not each. A property takes 1 µs, a write of 32 kB some 100.
   */
  await(): void {
    for (;;) {
      if (this.#number('background-errors') > 0) throw new ReasonError('files could not be written in the background')
      if (this.#hasRoom()) return
      this.#pause()
    }
  }

  #hasRoom(): boolean {
    if (this.#number('is-write-stopped') > 0) return false
    if (this.#number('actual-delayed-write-rate') === 0) return true
    return (
      this.#number('num-immutable-mem-table') <= MOST_TABLES &&
      this.#number('num-files-at-level0') <= MOST_FILES_OF_LEVEL_0
    )
  }

  #number(property: string): number {
    return Number(this.#read(`rocksdb.${property}`))
  }
}

function pauser(): () => void {
  const nobody = new Int32Array(new SharedArrayBuffer(4))
  return () => {
    Atomics.wait(nobody, 0, 0, PAUSE_MS)
  }
}
