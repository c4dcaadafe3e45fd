import type { ResultGuarantee, ResultMessage, ResultReply } from '../api/functions/sink/result-messages.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { ThreadChannel } from '../core/io/thread-channel.js'

/** With so much that the program has not taken, the job waits. */
const MAX_WAITING_BYTES = 1024 * 1024

interface Batch {
  readonly from: number
  readonly count: number
  readonly bytes: Uint8Array
}

interface Attempt {
  readonly attempt: number
  readonly guarantee: ResultGuarantee
}

interface Reader {
  readonly resolve: (batch: Uint8Array | undefined) => void
  readonly reject: (error: FlinkError) => void
}

/**
 * Results of a job between its sink and the program that collects them, on the program's side. With exactly once they wait here for
 * their checkpoint, or for the end of the job: a restart takes back those that no checkpoint has.
 */
export class CollectedResults {
  readonly #openChannel: (onMessage: (message: unknown) => void) => ThreadChannel
  #channel: ThreadChannel | undefined
  #attempt: Attempt | undefined
  #batches: Batch[] = []
  /** The number of the next result that the sink will send, and up to where it has been told that they are here. */
  #next = 0
  #acknowledged = 0
  #committedUpTo = 0
  #life: 'running' | 'finished' | 'discarding' = 'running'
  #failure: FlinkError | undefined
  #reader: Reader | undefined
  #numTaken = 0

  constructor(openChannel: (onMessage: (message: unknown) => void) => ThreadChannel) {
    this.#openChannel = openChannel
  }

  /** The job waits, or will as soon as it has results: the program does not ask for any. */
  get isUnread(): boolean {
    if (this.#life !== 'running' || this.#reader !== undefined) return false
    return this.#channel === undefined || this.#hasEnough()
  }

  /** How often the program was given some. */
  get numTaken(): number {
    return this.#numTaken
  }

  /** The next results; undefined at the end. One call at a time. */
  next(): Promise<Uint8Array | undefined> {
    this.#listen()
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
      this.#give()
    })
  }

  /** The job has FINISHED: nothing comes any more, and nothing is taken back. */
  jobFinished(): void {
    if (this.#life === 'running') this.#life = 'finished'
    this.#give()
    this.close()
  }

  discard(): void {
    this.#listen()
    this.#life = 'discarding'
    this.#batches = []
    this.#post({ type: 'discard' })
  }

  /** The program has returned: it takes what comes of a call that it has made, or nothing. */
  discardUnlessAwaited(): void {
    if (this.#channel !== undefined && this.#reader === undefined && this.#life === 'running') this.discard()
  }

  close(): void {
    this.#channel?.close()
    this.#channel = undefined
  }

  #listen(): void {
    if (this.#channel !== undefined || this.#life !== 'running') return
    this.#channel = this.#openChannel((message) => {
      this.#received(message as ResultMessage | ResultReply)
    })
    this.#post({ type: 'listening' })
  }

  #received(message: ResultMessage | ResultReply): void {
    if (message.type === 'attempt') this.#begin(message, message.from)
    if (!('attempt' in message) || message.attempt !== this.#attempt?.attempt) return
    if (message.type === 'results') this.#add(message)
    if (message.type === 'committed') this.#committedUpTo = Math.max(this.#committedUpTo, message.upTo)
    this.#give()
    this.#acknowledge()
  }

  /** The sink says it again when it hears that somebody listens. */
  #begin({ attempt, guarantee }: Attempt, from: number): void {
    if (this.#life === 'discarding') this.#post({ type: 'discard' })
    const known = this.#attempt?.attempt ?? -1
    if (attempt <= known) return
    const isFirst = this.#attempt === undefined
    this.#attempt = { attempt, guarantee }
    if (!isFirst && guarantee === 'none') this.#failure = new FlinkError('RESULTS_COME_AGAIN', {})
    if (guarantee === 'exactly-once') this.#batches = this.#batches.filter((batch) => batch.from < from)
    // That the snapshot was restored says that it is complete.
    this.#committedUpTo = Math.max(this.#committedUpTo, from)
    this.#next = from
    this.#acknowledged = from
    this.#post({ type: 'listening' })
  }

  #add({ from, count, bytes }: Batch): void {
    this.#next = from + count
    if (this.#life !== 'discarding') this.#batches.push({ from, count, bytes })
  }

  #acknowledge(): void {
    const { attempt } = this.#attempt ?? {}
    if (attempt === undefined || this.#acknowledged === this.#next || this.#hasEnough()) return
    this.#acknowledged = this.#next
    this.#post({ type: 'received', attempt, upTo: this.#next })
  }

  /** Those that may be handed out come first: what waits for its checkpoint is not looked at, it may be much. */
  #hasEnough(): boolean {
    let waitingBytes = 0
    for (const batch of this.#batches) {
      if (!this.#isVisible(batch)) return false
      waitingBytes += batch.bytes.length
      if (waitingBytes > MAX_WAITING_BYTES) return true
    }
    return false
  }

  #isVisible({ from, count }: Batch): boolean {
    const isHeldBack = this.#life === 'running' && this.#attempt?.guarantee === 'exactly-once'
    return !isHeldBack || from + count <= this.#committedUpTo
  }

  #give(): void {
    const reader = this.#reader
    if (reader === undefined) return
    const [first] = this.#batches
    const isVisible = first !== undefined && this.#isVisible(first)
    if (!isVisible && this.#failure === undefined && this.#life === 'running') return
    this.#reader = undefined
    if (this.#failure !== undefined) reader.reject(this.#failure)
    else if (isVisible) {
      this.#batches.shift()
      this.#numTaken += 1
      reader.resolve(first.bytes)
      this.#acknowledge()
    } else reader.resolve(undefined)
  }

  #post(reply: ResultReply): void {
    this.#channel?.post(reply)
  }
}
