// Duty: small messages between two threads in a ring of shared memory, a slot each: without what a thread takes for a message of
// postMessage.
// Invariants: a message goes whole or not at all, and is out of the shared memory before anybody acts on it. Nobody waits for room.
// Thread: MessageRingWriter on one thread, MessageRingReader on another one.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { RingMemory } from '../../protocol/task-deployment.js'
import { RingReaderEnd } from './ring-reader-end.js'
import { RingWriterEnd } from './ring-writer-end.js'

/** All slots are of one kind. */
const MESSAGE = 0

/** How messages of a type are written: `sizeBytes` is what one takes at most. */
export interface RingMessageWriter<T> {
  sizeBytes(message: T): number
  write(message: T, output: DataOutputView): void
}

export class MessageRingWriter<T> {
  readonly #end: RingWriterEnd
  readonly #writer: RingMessageWriter<T>
  readonly #output: DataOutputView = new DataOutputView(0)

  /** Its reader sleeps on `peerBell`. */
  constructor(memory: RingMemory, peerBell: SharedArrayBuffer, writer: RingMessageWriter<T>) {
    this.#end = new RingWriterEnd(memory, peerBell)
    this.#writer = writer
  }

  /** False where it is too large or finds no room: then nothing is sent. */
  offer(message: T): boolean {
    if (!this.#end.hasRoom() || this.#writer.sizeBytes(message) > this.#end.payloadBytes) return false
    const { bytes, view } = this.#end.nextSlot()
    this.#output.writeInto(bytes, view, 0)
    this.#writer.write(message, this.#output)
    if (this.#output.bytes !== bytes) throw new FlinkError('ASSERTION_FAILED', { what: 'a message outgrew its slot' })
    this.#end.publish(MESSAGE, 0, this.#output.position)
    return true
  }
}

export class MessageRingReader<T> {
  readonly #end: RingReaderEnd
  readonly #read: (input: DataInputView) => T

  constructor(memory: RingMemory, peerBell: SharedArrayBuffer, read: (input: DataInputView) => T) {
    this.#end = new RingReaderEnd(memory, peerBell)
    this.#read = read
  }

  get hasMessages(): boolean {
    return this.#end.queuedSlots() > 0
  }

  /** Hands over what is there when it is called. */
  take(onMessage: (message: T) => void): void {
    for (let left = this.#end.queuedSlots(); left > 0; left -= 1) {
      const message = this.#read(new DataInputView(this.#end.slot().bytes))
      this.#end.free()
      onMessage(message)
    }
  }
}
