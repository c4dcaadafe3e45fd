// Duty: what of a loop belongs to one checkpoint: the records that come back to the head after it has sent the barrier out
// and before the barrier comes back, for these were emitted before the tail's snapshot and are in no state of the loop.
//
//   opened with the head's snapshot -> records, barrier of each tail -> complete -> written      or canceled, failed
//
// Invariants: a record is written down at once, as its object goes on. Bytes are handed to the checkpoint's stream as they
// come together, so that not all records of a large loop are in memory at once.
// Thread: the worker of the head.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { CheckpointOutputStream } from '../../../storage/checkpoint-stream-factory.js'
import type { OperatorSubtaskState, StateMetadata } from '../../../storage/state-handles.js'
import type { OperatorSnapshotFuture, SnapshotRequest } from '../operators/stream-operator.js'
import type { TimeSlices } from '../state/time-slices.js'
import { writeFeedbackPlace, writeFeedbackRecord, type FeedbackPlace } from './feedback-records.js'
import type { HeldRecords, HeldTaker } from './held-records.js'

const PART_BYTES = 64 * 1024

export interface FeedbackLogInput {
  readonly request: SnapshotRequest
  readonly metadata: StateMetadata
  readonly serializer: TypeSerializer<unknown>
  readonly place: FeedbackPlace
  /** As many as there are tails whose barrier is still to come. */
  readonly tails: number
  /** What had come back before and was not given out yet, and how it is written. */
  readonly held: HeldRecords
  readonly slices: TimeSlices
}

export class FeedbackLog implements OperatorSnapshotFuture, HeldTaker {
  readonly checkpointId: number
  readonly #input: FeedbackLogInput
  readonly #closed: boolean[]
  readonly #output = new DataOutputView(PART_BYTES)
  readonly #offsets = [0]
  /** Settles when all records are there, and before that only where there is nothing to wait for any more. */
  readonly #complete: Promise<void>
  #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined
  #stream: CheckpointOutputStream | undefined
  /** Everything that was handed to the stream so far. */
  #written: Promise<void> = Promise.resolve()

  constructor(input: FeedbackLogInput) {
    this.checkpointId = input.request.checkpointId
    this.#input = input
    // One more, for what is held.
    this.#closed = Array.from({ length: input.tails + 1 }, () => false)
    this.#complete = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // Whoever asked for the snapshot hears of it through `complete`.
    void Promise.allSettled([this.#complete])
  }

  /** Records are still to come. */
  get isOpen(): boolean {
    return this.#settle !== undefined
  }

  addHeld(value: unknown, timestamp: number, keyHash: number): void {
    this.add(value, timestamp, keyHash, this.#input.tails)
  }

  endHeld(): void {
    this.closeTail(this.#input.tails)
  }

  add(value: unknown, timestamp: number, keyHash: number, tail: number): void {
    if (this.#settle === undefined || this.#closed[tail] === true) return
    const start = this.#output.position
    try {
      this.#beginPart()
      writeFeedbackRecord(this.#output, this.#input.serializer, { value, timestamp, keyHash })
      if (this.#output.position >= PART_BYTES) this.#endPart()
    } catch (error) {
      this.#output.truncate(start)
      this.fail(error)
    }
  }

  /** The barrier of a tail has come back, or the tail has ended. */
  closeTail(tail: number): void {
    this.#closed[tail] = true
    if (this.#closed.every(Boolean)) this.closeAll()
  }

  closeAll(): void {
    const settle = this.#settle
    this.#settle = undefined
    this.#endPart()
    settle?.resolve()
  }

  fail(error: unknown): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.reject(error)
  }

  async complete(): Promise<OperatorSubtaskState | undefined> {
    try {
      await this.#copyHeld()
      await this.#complete
      await this.#written
      const handle = await this.#stream?.closeAndGetHandle()
      if (handle === undefined) return undefined
      const states = [{ ...this.#input.metadata, offsets: this.#offsets }]
      return { managedKeyed: [], managedOperator: [{ states, handle }] }
    } catch (error) {
      await this.#abort()
      throw error
    }
  }

  async cancel(): Promise<void> {
    const error = new FlinkError('CHECKPOINT_DECLINED', { checkpointId: this.checkpointId, reason: 'it was cancelled' })
    this.fail(error)
    this.#input.slices.cancel(error)
    await this.#abort()
  }

  /** In slices; bytes go to the stream before more of them are made. */
  async #copyHeld(): Promise<void> {
    const { held, slices, tails } = this.#input
    while (this.isOpen && this.#closed[tails] === false) {
      let isOver = false
      held.copySome(() => (isOver = slices.step()))
      if (!isOver) continue
      await this.#written
      await slices.next()
    }
  }

  #beginPart(): void {
    if (this.#output.position === 0) writeFeedbackPlace(this.#output, this.#input.place)
  }

  #endPart(): void {
    if (this.#output.position === 0) return
    const bytes = this.#output.toBytes()
    this.#output.reset()
    this.#offsets.push((this.#offsets.at(-1) ?? 0) + bytes.length)
    this.#written = this.#written.then(() => this.#write(bytes))
    // Told by `complete`.
    void Promise.allSettled([this.#written])
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#stream ??= await this.#input.request.streams.createStream()
    await this.#stream.write(bytes)
  }

  async #abort(): Promise<void> {
    await Promise.allSettled([this.#written])
    await this.#stream?.abort()
  }
}
