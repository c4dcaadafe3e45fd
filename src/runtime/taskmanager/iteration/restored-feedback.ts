// Duty: the parts of a snapshot in which the records of a loop lie, one after the other.
// Invariants: no more than a piece of the file and a part is in memory. All bytes are read, so that their checksum is verified.
// Thread: the worker of the head.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { OperatorStateHandle } from '../../../storage/state-handles.js'
import { readStatePieces } from '../../../storage/state-reader.js'

export async function* readFeedbackParts(
  handles: readonly OperatorStateHandle[],
  fileSystems: FileSystems,
): AsyncGenerator<Uint8Array> {
  for (const { states, handle } of handles) {
    const offsets = states[0]?.offsets ?? []
    yield* partsOf(offsets, readStatePieces(handle, fileSystems))
  }
}

async function* partsOf(offsets: readonly number[], pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0)
  /** Of what is held, in the handle. */
  let position = 0
  let next = 1
  for await (const piece of pieces) {
    held = Buffer.concat([held, piece])
    for (; (offsets[next] ?? Infinity) <= position + held.length; next += 1) {
      const [start = 0, end = 0] = [offsets[next - 1], offsets[next]]
      yield held.subarray(start - position, end - position)
    }
    const start = Math.min((offsets[next - 1] ?? position) - position, held.length)
    held = held.subarray(start)
    position += start
  }
  if (next < offsets.length) {
    throw new FlinkError('ASSERTION_FAILED', { what: `the snapshot of a loop has no part ${String(next)}` })
  }
}
