// Duty: the events of one coordinator to one subtask, kept on their side of every checkpoint.
//
//   open -> sent on;  closed by the coordinator's snapshot -> held in order;  opened when the subtask has taken the checkpoint,
//   or the checkpoint has ended, unless the job ends with it -> what was held goes on, up to where another checkpoint closed it
//   the subtask has finished -> what it has not received, what was held and whatever is sent from then on is given back
//
// Invariants: events go on, or back, in their order. What was sent after a snapshot does not pass before its checkpoint is taken.
// Thread: main thread.

/** Where an event goes on. */
export interface EventWays {
  readonly send: (event: unknown) => void
  readonly giveBack: (event: unknown) => void
}

interface Closing {
  readonly checkpointId: number
  readonly held: unknown[]
}

/** No checkpoint opens it any more. */
const FOR_GOOD = Infinity

export class SubtaskEventGate {
  readonly #ways: EventWays
  /** Oldest first; open without one. */
  #closings: Closing[] = []
  /** Sent, and not received as far as is known; oldest first. */
  #underWay: unknown[] = []
  #subtask: 'runs' | 'is stopped' | 'has finished' | 'has failed' = 'runs'

  constructor(ways: EventWays) {
    this.#ways = ways
  }

  send(event: unknown): void {
    if (this.#subtask === 'has finished') this.#ways.giveBack(event)
    else if (this.#subtask !== 'has failed') this.#sendOrHold(event)
  }

  close(checkpointId: number): void {
    if (!this.#hasEnded) this.#closings.push({ checkpointId, held: [] })
  }

  /** What belongs before an older checkpoint waits on. */
  open(checkpointId: number): void {
    const index = this.#closings.findIndex((closing) => closing.checkpointId === checkpointId)
    const [opened] = index < 0 || this.#subtask !== 'runs' ? [] : this.#closings.splice(index, 1)
    if (opened === undefined) return
    const older = this.#closings[index - 1]
    if (older !== undefined) older.held.push(...opened.held)
    else for (const event of opened.held) this.#pass(event)
  }

  /** The oldest event that was under way is where the subtask sees it before any later trigger. */
  received(): void {
    this.#underWay.shift()
  }

  /** The subtask takes nothing any more, and is going to finish. */
  stop(): void {
    if (this.#hasEnded) return
    this.#subtask = 'is stopped'
    this.close(FOR_GOOD)
  }

  finish(): void {
    this.#subtask = 'has finished'
    const unhandled = [...this.#underWay, ...this.#closings.flatMap(({ held }) => held)]
    this.#forgetAll()
    for (const event of unhandled) this.#ways.giveBack(event)
  }

  /** The attempt ends, and its coordinators with it. */
  fail(): void {
    this.#subtask = 'has failed'
    this.#forgetAll()
  }

  /** Whether the subtask has all events from before the snapshot that closed the gate. */
  isDelivered(checkpointId: number): boolean {
    const index = this.#closings.findIndex((closing) => closing.checkpointId === checkpointId)
    return index < 0 || (index === 0 && this.#underWay.length === 0)
  }

  get #hasEnded(): boolean {
    return this.#subtask === 'has finished' || this.#subtask === 'has failed'
  }

  #sendOrHold(event: unknown): void {
    const newest = this.#closings.at(-1)
    if (newest === undefined) this.#pass(event)
    else newest.held.push(event)
  }

  #pass(event: unknown): void {
    this.#underWay.push(event)
    this.#ways.send(event)
  }

  #forgetAll(): void {
    this.#closings = []
    this.#underWay = []
  }
}
