// Duty: what a checkpoint in files of the store says of them beside their names: the bytes of its handle.
//
//   manifest = 1 (1 byte), name of the driver (var int length, UTF-8), list(id of a state with restored blocks: var int),
//              list(1 for a file that later checkpoints may share, else 0: 1 byte), list(keys of a state: float64, NaN: not known)
//   list(x)  = number (var int), x*, of the second in the order of the files of the handle, of the third in that of its states
//
// Invariants: the third list is not there where an earlier flink-ts wrote it, and such a one does not read on to it.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'

const VERSION = 1

export interface FilesManifest {
  /** Whose files they are. */
  readonly driver: string
  /** The ids of the states that nobody has asked for. */
  readonly waiting: readonly number[]
  readonly shared: readonly boolean[]
  /** Keys of each state; empty where that was not written. */
  readonly keys: readonly number[]
}

export function encodeManifest({ driver, waiting, shared, keys }: FilesManifest): Uint8Array {
  const output = new DataOutputView()
  output.writeInt8(VERSION)
  output.writeUtf8(driver)
  output.writeVarInt(waiting.length)
  for (const id of waiting) output.writeVarInt(id)
  output.writeVarInt(shared.length)
  for (const isShared of shared) output.writeInt8(isShared ? 1 : 0)
  output.writeVarInt(keys.length)
  for (const number of keys) output.writeFloat64(number)
  return output.toBytes()
}

export function decodeManifest(bytes: Uint8Array): FilesManifest {
  const input = new DataInputView(bytes)
  const version = input.readInt8()
  if (version !== VERSION) {
    throw new FlinkError('ASSERTION_FAILED', { what: `files of the version ${String(version)} are not known` })
  }
  const driver = input.readUtf8()
  const waiting = Array.from({ length: countIn(input) }, () => input.readVarInt())
  const shared = Array.from({ length: countIn(input) }, () => input.readInt8() === 1)
  const keys = input.remaining === 0 ? [] : Array.from({ length: countIn(input) }, () => input.readFloat64())
  return { driver, waiting, shared, keys }
}

/** Before anything is allocated for it. */
function countIn(input: DataInputView): number {
  const count = input.readVarInt()
  if (count <= input.remaining) return count
  throw new FlinkError('ASSERTION_FAILED', { what: `a list of ${String(count)} is cut off` })
}
