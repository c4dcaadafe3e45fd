/**
 * The keyed state of an operator, key group after key group, whichever subtask or checkpoint wrote it and in how many steps.
 * No more than a key group of each handle that has it, and a piece of its file, is in memory. All bytes of a handle are read, so that its
 * checksum is verified.
 */
import { DataInputView } from '../core/memory/data-input-view.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { blocksOf, readBlock, type KeyGroupBlock } from '../runtime/taskmanager/state/key-group-block.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import { readKeyGroups, type KeyGroupBytes } from '../storage/key-group-reader.js'
import type { KeyedStateHandle, StateMetadata } from '../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../storage/unreadable-state.js'
import type { SnapshotSource } from './snapshot-source.js'

/** Blocks of one state in one key group: the first is whole, and the others say in their order what changed. */
export interface StoredState {
  readonly metadata: StateMetadata
  readonly blocks: KeyGroupBlock[]
}

export interface StoredKeyGroup {
  readonly keyGroup: number
  /** Those that have entries in it, by name. */
  readonly states: ReadonlyMap<string, StoredState>
  /** Its bytes as they are, with the states in the order of their handle; undefined where several handles have it. */
  readonly whole: { readonly bytes: Uint8Array; readonly handle: KeyedStateHandle } | undefined
}

interface Cursor {
  readonly handle: KeyedStateHandle
  readonly keyGroups: AsyncGenerator<KeyGroupBytes>
  next: KeyGroupBytes | undefined
}

/** Those that have entries. */
export async function* keyGroupsOf(operator: OperatorState, source: SnapshotSource): AsyncGenerator<StoredKeyGroup> {
  const handles = operator.subtasks.flatMap((subtask) => subtask?.managedKeyed ?? [])
  const waiting = [...handles.entries()].sort(([left, { keyGroups: a }], [right, { keyGroups: b }]) => {
    return a.start - b.start || left - right
  })
  let open: Cursor[] = []
  try {
    for (let keyGroup = 0; keyGroup < operator.maxParallelism && open.length + waiting.length > 0; keyGroup += 1) {
      source.reached(operator.name, keyGroup, operator.maxParallelism)
      while (waiting[0] !== undefined && waiting[0][1].keyGroups.start <= keyGroup) {
        const handle = waiting.shift()?.[1]
        const readable = handle && (await source.inAnyForm(handle, operator.name))
        if (readable !== undefined) open.push(await openCursor(readable, source))
      }
      const here = open.flatMap(({ handle, next }) =>
        next?.keyGroup === keyGroup ? [{ handle, bytes: next.bytes }] : [],
      )
      if (here.length > 0) yield storedKeyGroup(keyGroup, here, operator.name)
      for (const cursor of open) {
        if (cursor.next?.keyGroup === keyGroup) await advance(cursor, operator.name)
      }
      open = open.filter(({ next }) => next !== undefined)
    }
  } finally {
    // Of files that are not read to their end.
    for (const { keyGroups } of open) await keyGroups.return(undefined)
  }
}

async function openCursor(handle: KeyedStateHandle, source: SnapshotSource): Promise<Cursor> {
  const keyGroups = readKeyGroups(handle, handle.keyGroups, source.pieces(handle.handle))
  const cursor = { handle, keyGroups, next: undefined }
  await advance(cursor, fileOfHandle(handle.handle))
  return cursor
}

async function advance(cursor: Cursor, operatorName: string): Promise<void> {
  try {
    const result = await cursor.keyGroups.next()
    cursor.next = result.done === true ? undefined : result.value
  } catch (error) {
    throw unreadableState(error, {
      files: [fileOfHandle(cursor.handle.handle)],
      block: `key groups of ${operatorName}`,
    })
  }
}

interface Part {
  readonly handle: KeyedStateHandle
  readonly bytes: Uint8Array
}

function storedKeyGroup(keyGroup: number, parts: readonly Part[], operatorName: string): StoredKeyGroup {
  const states = new Map<string, StoredState>()
  for (const { handle, bytes } of parts) {
    try {
      addBlocks(handle, bytes, states)
    } catch (error) {
      const block = `key group ${String(keyGroup)} of ${operatorName}`
      throw unreadableState(error, { files: [fileOfHandle(handle.handle)], block })
    }
  }
  const [first, ...others] = parts
  return { keyGroup, states, whole: first !== undefined && others.length === 0 ? first : undefined }
}

function addBlocks(
  { states: metadata, isDelta }: KeyedStateHandle,
  bytes: Uint8Array,
  states: Map<string, StoredState>,
): void {
  const input = new DataInputView(bytes)
  for (const each of metadata) {
    const block = readBlock(input)
    if (block.entries.length === 0) continue
    const known = states.get(each.name)
    if (known !== undefined && !isDelta) throw new FlinkError('ASSERTION_FAILED', { what: 'it is there twice' })
    if (known === undefined) states.set(each.name, { metadata: each, blocks: blocksOf(block) })
    else known.blocks.push(...blocksOf(block))
  }
}
