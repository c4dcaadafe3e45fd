// Duty: the events of one coordinator to one subtask, kept on their side of every checkpoint.
//
//   open -> sent on;  closed by the coordinator's snapshot -> held in order;  opened when the subtask has taken the checkpoint,
//   or the checkpoint has ended -> what was held since goes on, up to where another checkpoint closed it
//   The snapshot to stop with is opened by its end only: aborted, the subtask goes on; complete, it takes nothing any more.
//
// Invariants: events go on in their order. Nothing that was sent after a snapshot passes before its checkpoint is taken.
// Thread: main thread.

interface Closing {
  readonly checkpointId: number
  readonly held: unknown[]
}

export class SubtaskEventGate {
  readonly #send: (event: unknown) => void
  /** Oldest first; open without one. */
  #closings: Closing[] = []
  /** Sent, and not received as far as is known. */
  #underWay = 0
  #hasEnded = false

  constructor(send: (event: unknown) => void) {
    this.#send = send
  }

  send(event: unknown): void {
    const newest = this.#closings.at(-1)
    if (newest === undefined) this.#pass(event)
    else newest.held.push(event)
  }

  close(checkpointId: number): void {
    if (!this.#hasEnded) this.#closings.push({ checkpointId, held: [] })
  }

  /** What belongs before an older checkpoint waits on. */
  open(checkpointId: number): void {
    const index = this.#closings.findIndex((closing) => closing.checkpointId === checkpointId)
    const [opened] = index < 0 ? [] : this.#closings.splice(index, 1)
    if (opened === undefined) return
    const older = this.#closings[index - 1]
    if (older !== undefined) older.held.push(...opened.held)
    else for (const event of opened.held) this.#pass(event)
  }

  /** The oldest event that was under way is where the subtask sees it before any later trigger. */
  received(): void {
    this.#underWay -= 1
  }

  /** The subtask takes nothing any more. */
  end(): void {
    this.#hasEnded = true
    this.#closings = []
    this.#underWay = 0
  }

  /** Whether the subtask has all events from before the snapshot that closed the gate. */
  isDelivered(checkpointId: number): boolean {
    const index = this.#closings.findIndex((closing) => closing.checkpointId === checkpointId)
    return index < 0 || (index === 0 && this.#underWay === 0)
  }

  #pass(event: unknown): void {
    if (this.#hasEnded) return
    this.#underWay += 1
    this.#send(event)
  }
}
