// Duty: the bytes of one state within one key group of a keyed snapshot.
// Invariants: block = flags (1 byte, bit 0: entries carry a namespace), number of entries, length of the entries in bytes
// (both var int), entries; entry = key, namespace if flagged, value. The length lets a reader pass over a state that it
// does not know, and carry it on as it is. A key group without any entry is empty: no blocks at all.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { VOID_NAMESPACE } from './key-context.js'

const HAS_NAMESPACES = 1

/** One entry of a state, as a snapshot has it. */
export interface StateEntry {
  readonly key: unknown
  readonly namespace: unknown
  readonly value: unknown
}

/** A block whose entries were not decoded. */
export interface KeyGroupBlock {
  readonly flags: number
  readonly count: number
  readonly entries: Uint8Array
}

export const EMPTY_BLOCK: KeyGroupBlock = { flags: 0, count: 0, entries: new Uint8Array(0) }

/** Serializers of keys (and of namespaces), and of one state's values. */
export interface EntrySerializers {
  readonly key: TypeSerializer<unknown>
  readonly value: TypeSerializer<unknown>
}

export function blockFlags(hasNamespaces: boolean): number {
  return hasNamespaces ? HAS_NAMESPACES : 0
}

export function writeEntry(
  entry: StateEntry,
  flags: number,
  serializers: EntrySerializers,
  output: DataOutputView,
): void {
  serializers.key.serialize(entry.key, output)
  if (flags === HAS_NAMESPACES) serializers.key.serialize(entry.namespace, output)
  serializers.value.serialize(entry.value, output)
}

export function writeBlock(block: KeyGroupBlock, output: DataOutputView): void {
  output.writeInt8(block.flags)
  output.writeVarInt(block.count)
  output.writeVarInt(block.entries.length)
  output.writeBytes(block.entries)
}

export function readBlock(input: DataInputView): KeyGroupBlock {
  const flags = input.readInt8()
  const count = input.readVarInt()
  return { flags, count, entries: input.readBytes(input.readVarInt()) }
}

export function* readEntries(block: KeyGroupBlock, serializers: EntrySerializers): Generator<StateEntry> {
  const input = new DataInputView(block.entries)
  for (let index = 0; index < block.count; index += 1) {
    const key = serializers.key.deserialize(input)
    const namespace = block.flags === HAS_NAMESPACES ? serializers.key.deserialize(input) : VOID_NAMESPACE
    yield { key, namespace, value: serializers.value.deserialize(input) }
  }
}
