// Duty: the keys of the store's entries.
//
//   prefix = key group (2 bytes), state (2 bytes), length of the key (var int), key, length of the namespace (var int), namespace
//   entry  = prefix, [key of the user, in a map]
//
// Invariants: big endian, so entries lie in the order of key group and state. Keys are in their canonical bytes. No prefix
// is the beginning of another one. A state is its place among those that the snapshot's handle names.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'

/** Of key group and state. */
export const STATE_PREFIX_BYTES = 4

export interface EntryPrefix {
  readonly keyGroup: number
  readonly state: number
  readonly key: Uint8Array
  readonly namespace: Uint8Array
}

export interface DecodedEntryKey extends EntryPrefix {
  /** Of the prefix; what follows is the user's key. */
  readonly prefixLength: number
}

/** What all entries of a state in a key group begin with. */
export function statePrefix(keyGroup: number, state: number): Uint8Array {
  const output = new DataOutputView(STATE_PREFIX_BYTES)
  writeStatePrefix(keyGroup, state, output)
  return output.written()
}

export function writeStatePrefix(keyGroup: number, state: number, output: DataOutputView): void {
  writeUint16(keyGroup, output)
  writeUint16(state, output)
}

export function readStatePrefix(input: DataInputView): { readonly keyGroup: number; readonly state: number } {
  const keyGroup = readUint16(input)
  return { keyGroup, state: readUint16(input) }
}

export function decodeEntryKey(bytes: Uint8Array): DecodedEntryKey {
  const input = new DataInputView(bytes)
  const { keyGroup, state } = readStatePrefix(input)
  const key = input.readBytes(input.readVarInt())
  const namespace = input.readBytes(input.readVarInt())
  return { keyGroup, state, key, namespace, prefixLength: input.position }
}

export function writeUint16(value: number, output: DataOutputView): void {
  output.writeInt8(value >>> 8)
  output.writeInt8(value & 0xff)
}

export function readUint16(input: DataInputView): number {
  const high = input.readInt8()
  return (high << 8) | input.readInt8()
}
