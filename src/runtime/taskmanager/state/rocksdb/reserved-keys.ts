// Duty: the keys of what the backend keeps in the store beside the entries of states.
//
//   restored = 0xffff, 0, state (2 bytes), key group (2 bytes), place among the blocks (4 bytes)
//   changed  = 0xffff, 1, epoch (4 bytes), prefix of an entry
//
// Invariants: no key group has the number 0xffff. Restored blocks lie in the order of state, key group and place, changes in
// that of epochs, and of entries within one.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { readUint16, writeUint16 } from './entry-key.js'

const RESERVED_KEY_GROUP = 0xffff
const RESTORED = 0
const CHANGED = 1
/** Of what stands before an entry's prefix. */
const EPOCH_PREFIX_BYTES = 7

export interface RestoredBlockKey {
  readonly state: number
  readonly keyGroup: number
  readonly place: number
}

/** Of a state; of one of its key groups where one is given. */
export function restoredStatePrefix(state: number, keyGroup?: number): Uint8Array {
  const output = withUint16s(RESERVED_KEY_GROUP)
  output.writeInt8(RESTORED)
  writeUint16(state, output)
  if (keyGroup !== undefined) writeUint16(keyGroup, output)
  return output.toBytes()
}

export function restoredBlockKey({ state, keyGroup, place }: RestoredBlockKey): Uint8Array {
  const output = withUint16s(RESERVED_KEY_GROUP)
  output.writeInt8(RESTORED)
  writeUint16(state, output)
  writeUint16(keyGroup, output)
  output.writeInt32(place)
  return output.toBytes()
}

export function decodeRestoredBlockKey(bytes: Uint8Array): RestoredBlockKey {
  const input = new DataInputView(bytes)
  input.skip(3)
  return { state: readUint16(input), keyGroup: readUint16(input), place: input.readInt32() }
}

/** Of all that changed in an epoch; of any epoch where none is given. */
export function changesPrefix(epoch?: number): Uint8Array {
  const output = withUint16s(RESERVED_KEY_GROUP)
  output.writeInt8(CHANGED)
  if (epoch !== undefined) output.writeInt32(epoch)
  return output.toBytes()
}

export function changeKey(epoch: number, prefix: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(EPOCH_PREFIX_BYTES + prefix.length)
  bytes.set([RESERVED_KEY_GROUP >>> 8, RESERVED_KEY_GROUP & 0xff, CHANGED])
  bytes.set([epoch >>> 24, (epoch >>> 16) & 0xff, (epoch >>> 8) & 0xff, epoch & 0xff], 3)
  bytes.set(prefix, EPOCH_PREFIX_BYTES)
  return bytes
}

export function epochOfChange(key: Uint8Array): number {
  const input = new DataInputView(key)
  input.skip(3)
  return input.readInt32()
}

/** The entry's prefix in the key of a change. */
export function changedPrefix(key: Uint8Array): Uint8Array {
  return key.subarray(EPOCH_PREFIX_BYTES)
}

function withUint16s(value: number): DataOutputView {
  const output = new DataOutputView(16)
  writeUint16(value, output)
  return output
}
