/**
 * Values of a few keys of one state: only the key groups of these keys are read, so nothing is verified against the checksum of a
 * file, which is over all of it.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import { hashKey, keysEqual, type KeyKind } from '../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../core/keygroups/key-group-assignment.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { structuredSerializer } from '../core/types/structured-serializer.js'
import type { RegisteredTypes } from '../core/types/registered-types.js'
import { skipValue } from '../core/types/skip-value.js'
import { blocksOf, readBlock, type KeyGroupBlock } from '../runtime/taskmanager/state/key-group-block.js'
import type { CheckpointMetadata } from '../storage/checkpoint-metadata.js'
import type { KeyedStateHandle, StateMetadata } from '../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../storage/unreadable-state.js'
import type { SnapshotSource } from './snapshot-source.js'
import { entriesOf, type ReadTypes } from './stored-entries.js'

export type ValueReader = (input: DataInputView) => unknown

export interface LookUp {
  readonly operatorId: string
  readonly state: string
  readonly keyKind: KeyKind
  readonly keys: readonly unknown[]
  /** Of keys. */
  readonly classes: RegisteredTypes
  /** How values are read that were written so. */
  readonly readerFor: (metadata: StateMetadata) => ValueReader
}

/** In the order of the keys; undefined where there is none. */
export async function lookUp(
  { operators }: Pick<CheckpointMetadata, 'operators'>,
  source: SnapshotSource,
  wanted: LookUp,
): Promise<unknown[]> {
  const values = new Array<unknown>(wanted.keys.length).fill(undefined)
  const operator = operators.find(({ operatorId }) => operatorId === wanted.operatorId)
  if (operator === undefined) return values
  const handles = operator.subtasks.flatMap((subtask) => subtask?.managedKeyed ?? [])
  const places = placesByKeyGroup(wanted, operator.maxParallelism)
  for (const [keyGroup, at] of places) {
    const parts: Part[] = []
    for (const handle of handles.filter(({ keyGroups: { start, end } }) => keyGroup >= start && keyGroup <= end)) {
      const readable = await source.inAnyForm(handle, operator.name)
      if (readable !== undefined) parts.push({ handle: readable, bytes: await bytesOf(readable, keyGroup, source) })
    }
    try {
      for (const [place, value] of valuesIn(parts, at, wanted)) values[place] = value
    } catch (error) {
      const block = `state ${wanted.state} of ${operator.name} in key group ${String(keyGroup)}`
      throw unreadableState(error, { files: parts.map(({ handle }) => fileOfHandle(handle.handle)), block })
    }
  }
  return values
}

interface Part {
  readonly handle: KeyedStateHandle
  readonly bytes: Uint8Array
}

function placesByKeyGroup({ keys, keyKind }: LookUp, maxParallelism: number): Map<number, number[]> {
  const places = new Map<number, number[]>()
  for (const [place, key] of keys.entries()) {
    const keyGroup = keyGroupForHash(hashKey(key, keyKind), maxParallelism)
    const known = places.get(keyGroup)
    if (known === undefined) places.set(keyGroup, [place])
    else known.push(place)
  }
  return places
}

async function bytesOf(handle: KeyedStateHandle, keyGroup: number, source: SnapshotSource): Promise<Uint8Array> {
  const index = keyGroup - handle.keyGroups.start
  const [start, end] = handle.offsets.slice(index, index + 2)
  if (start === undefined || end === undefined || start > end) {
    throw new FlinkError('ASSERTION_FAILED', { what: `a handle has no bytes of key group ${String(keyGroup)}` })
  }
  return source.range(handle.handle, start, end - start)
}

function* valuesIn(
  parts: readonly Part[],
  places: readonly number[],
  wanted: LookUp,
): Generator<readonly [place: number, value: unknown]> {
  const blocks: KeyGroupBlock[] = []
  let metadata: StateMetadata | undefined
  for (const { handle, bytes } of parts) {
    const input = new DataInputView(bytes)
    if (bytes.length === 0) continue
    for (const each of handle.states) {
      const block = readBlock(input)
      if (each.name !== wanted.state || each.namespaceFingerprint !== undefined) continue
      metadata = each
      if (block.entries.length > 0) blocks.push(...blocksOf(block))
    }
  }
  if (metadata === undefined) return
  const read = wanted.readerFor(metadata)
  const key = keyCodec(wanted.classes)
  const value = { read, skip: read }
  for (const entry of entriesOf(blocks, { key, namespace: undefined, value })) {
    const found = places.filter((place) => keysEqual(entry.key, wanted.keys[place], wanted.keyKind))
    if (found.length === 0) continue
    const held = read(entry.input)
    for (const place of found) yield [place, held]
  }
}

function keyCodec(classes: RegisteredTypes): ReadTypes['key'] {
  const serializer = structuredSerializer(classes)
  return {
    read: (input) => serializer.deserialize(input),
    skip: (input) => {
      skipValue(serializer, input)
    },
  }
}
