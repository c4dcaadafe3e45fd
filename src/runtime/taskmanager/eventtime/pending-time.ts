// Duty: watermarks and statuses that an operator of the task was told, or has told those downstream, and that are not done,
// because the output was full.
// Invariants: while there is one, the task gives the chain nothing else: no record of any input, no barrier, no action. What an
// operator has emitted of its own accord (`defer`) comes before what the inputs have given the head, and the last of it first:
// it is the furthest downstream. An operator that cannot wait, since a record is to pass, finishes its own without regard to
// room: outputs keep what waits. In the normal case nothing is allocated here.
// Thread: the task's worker.

/** Tells an operator; false when it is not done and wants to be told again. */
type Telling = () => boolean

export class PendingTime {
  readonly #onPending: () => void
  /** Of the head, in the order of the inputs' words. */
  readonly #given: Telling[] = []
  /** Of operators that emitted it of their own accord. */
  readonly #own: Telling[] = []
  /** How many of its own may be pending while who is told now may emit: those that are told now, and those below. */
  #level = 0
  #isFinishing = false

  /** `onPending`: the task has to look before it takes more input. */
  constructor(onPending: () => void) {
    this.#onPending = onPending
  }

  get isPending(): boolean {
    return this.#own.length > 0 || this.#given.length > 0
  }

  /** What operators are told of room: `yes` whatever the channels say, `no` where something downstream has to be done first. */
  get room(): 'yes' | 'no' | 'as-channels' {
    if (this.#isFinishing) return 'yes'
    return this.#own.length > this.#level ? 'no' : 'as-channels'
  }

  /** For the head: is told when all that came before is done. */
  give(telling: Telling): void {
    this.#given.push(telling)
    this.#onPending()
  }

  /** What an operator emitted of its own accord was not done; `telling` emits the same again. */
  defer(telling: Telling): void {
    this.#own.push(telling)
    this.#onPending()
  }

  /** Goes on where it stopped; true when nothing is pending any more. */
  continue(): boolean {
    for (let telling = this.#own.at(-1); telling !== undefined; telling = this.#own.at(-1)) {
      if (!this.#tell(telling, this.#own.length) && this.#own.at(-1) === telling) return false
    }
    const [telling] = this.#given
    if (telling === undefined) return true
    const isDone = this.#tell(telling, 0)
    if (isDone) this.#given.shift()
    // What it told has emitted something of its own that comes first.
    else if (this.#own.length === 0) return false
    return this.continue()
  }

  /** Ends what was deferred, whether or not there is room. */
  finish(telling: Telling): void {
    const before = this.#isFinishing
    this.#isFinishing = true
    try {
      while (!telling());
    } finally {
      this.#isFinishing = before
    }
    this.#drop(telling)
  }

  #tell(telling: Telling, level: number): boolean {
    const before = this.#level
    this.#level = level
    try {
      const isDone = telling()
      if (isDone) this.#drop(telling)
      return isDone
    } finally {
      this.#level = before
    }
  }

  #drop(telling: Telling): void {
    const index = this.#own.lastIndexOf(telling)
    if (index >= 0) this.#own.splice(index, 1)
  }
}
