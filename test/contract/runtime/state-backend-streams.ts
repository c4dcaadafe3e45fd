import { crc32c } from '../../../src/core/memory/crc32c.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import type { KeyedStateReader } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { TimeSlices } from '../../../src/runtime/taskmanager/state/time-slices.js'
import type { CheckpointOutputStream, CheckpointStreamFactory } from '../../../src/storage/checkpoint-stream-factory.js'
import { readKeyGroups } from '../../../src/storage/key-group-reader.js'
import type { StreamStateHandle } from '../../../src/storage/state-handles.js'

/** Streams that end as inline handles, and count how they ended. */
export class MemoryStreams implements CheckpointStreamFactory {
  opened = 0
  aborted = 0
  /** Thrown by the next write. */
  failure: Error | undefined

  createStream(): Promise<CheckpointOutputStream> {
    this.opened += 1
    const chunks: Uint8Array[] = []
    let position = 0
    return Promise.resolve({
      get position() {
        return position
      },
      write: async (bytes: Uint8Array) => {
        await Promise.resolve()
        if (this.failure !== undefined) throw this.failure
        chunks.push(bytes.slice())
        position += bytes.length
      },
      closeAndGetHandle: () => Promise.resolve(position === 0 ? undefined : inlineHandle(Buffer.concat(chunks))),
      abort: () => {
        this.aborted += 1
        return Promise.resolve()
      },
    })
  }
}

function inlineHandle(bytes: Uint8Array): StreamStateHandle {
  return { kind: 'inline', bytes, crc32c: crc32c(bytes) }
}

export function readInline(handle: StreamStateHandle): Promise<Uint8Array> {
  if (handle.kind !== 'inline') throw new Error('these tests make inline handles only')
  return Promise.resolve(handle.bytes)
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const pieceBytes = Math.max(LEAST_PIECE_BYTES, Math.ceil(bytes.length / 500))
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await Promise.resolve()
    yield bytes.subarray(at, at + pieceBytes)
  }
}

/** Pieces so small that key groups, and the numbers in front of blocks, lie in several. */
const LEAST_PIECE_BYTES = 37

export const INLINE_READER: KeyedStateReader = {
  bytes: readInline,
  async *pieces(handle) {
    yield* inPieces(await readInline(handle))
  },
  async *keyGroups(handle, range) {
    yield* readKeyGroups(handle, range, inPieces(await readInline(handle.handle)))
  },
}

/** Slices that never have to wait. */
export function freeSlices(): TimeSlices {
  return new TimeSlices({ clock: new ManualClock(), yieldToTask: () => Promise.resolve() })
}

/** Slices of one step each; the next one begins when the test says so. */
export class SteppedSlices {
  readonly slices: TimeSlices
  readonly #gates: (() => void)[] = []

  constructor() {
    const yieldToTask = (): Promise<void> =>
      new Promise((resolve) => {
        this.#gates.push(resolve)
      })
    this.slices = new TimeSlices({ clock: new ManualClock(), yieldToTask, maxSteps: 1 })
  }

  /** Runs one slice; false when the work does not wait for another. */
  async advance(): Promise<boolean> {
    this.#gates.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
    return this.#gates.length > 0
  }

  /** Runs slices until the work has ended, which may wait for other things in between. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const end = (): void => {
      isOver = true
    }
    void work.then(end, end)
    while (!isOver) await this.advance()
    return work
  }
}
