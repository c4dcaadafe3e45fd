// Duty: the bytes of one state within one key group of a keyed snapshot.
//
//   block   = flags (1 byte), number of entries (var int), length of the rest in bytes (var int), [removed if bit 1], entry*
//   entry   = key, [namespace if bit 0], value;  removed = number (var int), then key, [namespace if bit 0] of each
//
// Invariants: with bit 2 the rest is blocks in place of entries, to be applied in their order. The length lets a reader
// pass over a state that it does not know, and carry it on unchanged. A key group without any entry has no block.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import type { RemovedKey } from './change-log.js'
import { VOID_NAMESPACE, VOID_NAMESPACES, type AnyNamespaceType } from './namespace-type.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

const HAS_NAMESPACES = 1
export const HAS_REMOVED_KEYS = 2
export const IS_SEQUENCE = 4

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

/** Serializer of keys, and those of one state. */
export interface EntrySerializers {
  readonly key: TypeSerializer<unknown>
  readonly namespaces: AnyNamespaceType
  readonly value: TypeSerializer<unknown>
}

/** Of a block with so many removed keys. */
export function blockFlags({ namespaceFingerprint }: StateMetadata, removedCount: number): number {
  return (namespaceFingerprint === undefined ? 0 : HAS_NAMESPACES) | (removedCount === 0 ? 0 : HAS_REMOVED_KEYS)
}

/** In front of the entries, where the flags say so. */
export function writeRemovedKeys(
  removed: readonly RemovedKey[],
  { key, namespaces }: Omit<EntrySerializers, 'value'>,
  output: DataOutputView,
): void {
  output.writeVarInt(removed.length)
  for (const each of removed) {
    key.serialize(each.key, output)
    namespaces.serializer.serialize(each.namespace, output)
  }
}

export function writeEntry(entry: StateEntry, serializers: EntrySerializers, output: DataOutputView): void {
  serializers.key.serialize(entry.key, output)
  serializers.namespaces.serializer.serialize(entry.namespace, output)
  serializers.value.serialize(entry.value, output)
}

export function writeBlock(block: KeyGroupBlock, output: DataOutputView): void {
  output.writeInt8(block.flags)
  output.writeVarInt(block.count)
  output.writeVarInt(block.entries.length)
  output.writeBytes(block.entries)
}

export function readBlock(input: DataInputView): KeyGroupBlock {
  const { flags, count, lengthBytes } = readBlockHeader(input)
  return { flags, count, entries: input.readBytes(lengthBytes) }
}

/** What stands before the rest of a block, whose length it says. */
export function readBlockHeader(input: DataInputView): {
  readonly flags: number
  readonly count: number
  readonly lengthBytes: number
} {
  return { flags: input.readInt8(), count: input.readVarInt(), lengthBytes: input.readVarInt() }
}

/** One block that stands for several: whole state and what changed after it. */
export function sequenceOf(blocks: readonly KeyGroupBlock[]): KeyGroupBlock {
  const [only = EMPTY_BLOCK] = blocks
  if (blocks.length <= 1) return only
  const output = new DataOutputView()
  for (const block of blocks) writeBlock(block, output)
  return { flags: IS_SEQUENCE, count: blocks.length, entries: output.toBytes() }
}

/** The blocks for which one stands: itself, when it is no sequence. */
export function blocksOf(block: KeyGroupBlock): KeyGroupBlock[] {
  if ((block.flags & IS_SEQUENCE) === 0) return [block]
  const input = new DataInputView(block.entries)
  return Array.from({ length: block.count }, () => readBlock(input))
}

/** Reads the value of an entry from the input; there is none where the entry is to be removed. */
export type EntryVisitor = (key: unknown, namespace: unknown, value: DataInputView | undefined) => void

/** Keys that are to be removed, then entries. */
export function visitEntries(
  block: KeyGroupBlock,
  { key: keys, namespaces }: Omit<EntrySerializers, 'value'>,
  visit: EntryVisitor,
): void {
  const isVoid = namespaces === VOID_NAMESPACES
  const { input, removedCount } = openBlock(block, !isVoid)
  for (let index = 0; index < removedCount + block.count; index += 1) {
    const key = keys.deserialize(input)
    const namespace = isVoid ? VOID_NAMESPACE : namespaces.serializer.deserialize(input)
    visit(key, namespace, index < removedCount ? undefined : input)
  }
}

/** The bytes after what says how many removed keys come first; ASSERTION_FAILED where its entries have other namespaces. */
export function openBlock(
  block: KeyGroupBlock,
  isWithNamespaces: boolean,
): { readonly input: DataInputView; readonly removedCount: number } {
  if (hasNamespaces(block.flags) !== isWithNamespaces) {
    throw new FlinkError('ASSERTION_FAILED', { what: 'a block has other namespaces than its state' })
  }
  const input = new DataInputView(block.entries)
  return { input, removedCount: (block.flags & HAS_REMOVED_KEYS) === 0 ? 0 : input.readVarInt() }
}

function hasNamespaces(flags: number): boolean {
  return (flags & HAS_NAMESPACES) !== 0
}
