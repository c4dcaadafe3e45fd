import { KeyShapes } from '../../../../src/core/keygroups/key-shapes.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../../src/core/types/structured-serializer.js'
import {
  blockFlags,
  EMPTY_BLOCK,
  sequenceOf,
  type KeyGroupBlock,
} from '../../../../src/runtime/taskmanager/state/key-group-block.js'
import { KeyGroupStream } from '../../../../src/runtime/taskmanager/state/key-group-stream.js'
import type { KeyedStateSnapshot } from '../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { RestoredState } from '../../../../src/runtime/taskmanager/state/restored-keyed-state.js'
import type { KeyedStateBackendParameters } from '../../../../src/runtime/taskmanager/state/state-backend.js'
import type { TimeSlices } from '../../../../src/runtime/taskmanager/state/time-slices.js'
import type { CheckpointStreamFactory } from '../../../../src/storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle, StateMetadata, StreamStateHandle } from '../../../../src/storage/state-handles.js'
import type { SortedEntry } from './sorted-entries.js'
import { bytesOf, decodeSortedKey, keyIn, prefixOf, textOf } from './sorted-key.js'
import type { Run, SortedStore } from './sorted-store.js'

export const SORTED = 'sorted'

/** The streams of a snapshot are removed when it fails. */
async function inStream<T>(
  streams: CheckpointStreamFactory,
  scope: 'SHARED' | 'EXCLUSIVE',
  write: (stream: Awaited<ReturnType<CheckpointStreamFactory['createStream']>>) => Promise<T>,
): Promise<{ readonly handle: StreamStateHandle | undefined; readonly result: T }> {
  const stream = await streams.createStream(scope)
  try {
    const result = await write(stream)
    return { handle: await stream.closeAndGetHandle(), result }
  } catch (error) {
    await stream.abort()
    throw error
  }
}

interface FrozenStore {
  readonly metadata: StateMetadata
  readonly entries: readonly SortedEntry[]
}

/** Everything in the form that every backend reads. */
export class CanonicalSnapshot implements KeyedStateSnapshot {
  readonly #parameters: KeyedStateBackendParameters
  readonly #stores: readonly FrozenStore[]
  readonly #restored: readonly RestoredState[]
  readonly #keySerializer = structuredSerializer()
  readonly #shapes: KeyShapes

  constructor(
    parameters: KeyedStateBackendParameters,
    stores: readonly SortedStore[],
    restored: readonly RestoredState[],
  ) {
    this.#parameters = parameters
    this.#stores = stores.map((store) => ({ metadata: store.metadata, entries: store.all() }))
    this.#restored = restored
    this.#shapes = new KeyShapes(parameters.keyKind)
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]> {
    const { keyGroups } = this.#parameters
    const states = [...this.#stores, ...this.#restored].map(({ metadata }) => metadata)
    if (states.length === 0) return []
    const { handle, result: offsets } = await inStream(streams, 'EXCLUSIVE', async (stream) => {
      const output = new KeyGroupStream(stream)
      const rests = this.#stores.map((store) => ({ ...store, at: 0 }))
      for (let keyGroup = keyGroups.start; keyGroup <= keyGroups.end; keyGroup += 1) {
        const blocks: KeyGroupBlock[] = []
        for (const rest of rests) blocks.push(await this.#block(rest, keyGroup, slices))
        for (const { blocks: restored } of this.#restored) blocks.push(sequenceOf(restored.get(keyGroup) ?? []))
        await output.write(blocks)
      }
      return output.finish()
    })
    if (handle === undefined) return []
    const areKnown = this.#restored.every(({ keyShapes }) => keyShapes !== undefined)
    for (const { keyShapes } of this.#restored) this.#shapes.addAll(keyShapes ?? [])
    const keyShapes = areKnown ? this.#shapes.list() : undefined
    return [{ isDelta: false, keyGroups, offsets, states, keyShapes, handle }]
  }

  release(): void {}

  async #block(rest: FrozenStore & { at: number }, keyGroup: number, slices: TimeSlices): Promise<KeyGroupBlock> {
    const output = new DataOutputView()
    let count = 0
    for (let entry = rest.entries[rest.at]; entry !== undefined; entry = rest.entries[rest.at]) {
      const { keyGroup: found, keyBytes, namespaceBytes } = decodeSortedKey(entry[0])
      if (found !== keyGroup) break
      const prefix = prefixOf(entry[0])
      const values: Uint8Array[] = []
      for (; entry?.[0].startsWith(prefix) === true; entry = rest.entries[rest.at]) {
        values.push(entry[1])
        rest.at += 1
      }
      const key = keyIn(keyBytes, this.#parameters.keyKind)
      this.#shapes.add(key)
      this.#keySerializer.serialize(key, output)
      output.writeBytes(namespaceBytes)
      if (rest.metadata.kind === 'map') output.writeVarInt(values.length)
      for (const value of values) output.writeBytes(value)
      count += 1
      if (slices.step()) await slices.next()
    }
    return count === 0 ? EMPTY_BLOCK : { flags: blockFlags(rest.metadata, 0), count, entries: output.toBytes() }
  }
}

/** What each run lies in. */
export type WrittenRuns = ReadonlyMap<Run, StreamStateHandle>

/** Runs as files: those of the checkpoint that it builds on are named again, and the others are written. */
export class FilesSnapshot implements KeyedStateSnapshot {
  readonly #parameters: KeyedStateBackendParameters
  readonly #states: readonly StateMetadata[]
  readonly #runs: readonly Run[]
  readonly #base: WrittenRuns
  readonly #keyShapes: readonly string[]
  readonly #onWritten: (runs: WrittenRuns) => void

  constructor(
    parameters: KeyedStateBackendParameters,
    stores: readonly SortedStore[],
    base: WrittenRuns,
    onWritten: (runs: WrittenRuns) => void,
  ) {
    this.#parameters = parameters
    this.#states = stores.map(({ metadata }) => metadata)
    this.#runs = stores.flatMap((store) => store.freeze())
    this.#base = base
    this.#onWritten = onWritten
    const shapes = new KeyShapes(parameters.keyKind)
    for (const [entry] of stores.flatMap((store) => store.all())) {
      shapes.add(keyIn(decodeSortedKey(entry).keyBytes, parameters.keyKind))
    }
    this.#keyShapes = shapes.list()
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]> {
    const written = new Map<Run, StreamStateHandle>()
    for (const run of this.#runs) {
      const handle = this.#base.get(run) ?? (await writeRun(run, streams, slices))
      if (handle !== undefined) written.set(run, handle)
    }
    this.#onWritten(written)
    if (written.size === 0 || this.#keyShapes.length === 0) return []
    const files = [...written].map(([{ state }, handle], index) => ({ name: `${String(index)} ${state}`, handle }))
    const manifest = new DataOutputView()
    manifest.writeVarInt(files.length)
    for (const [{ state }] of written) manifest.writeUtf8(state)
    const { handle } = await inStream(streams, 'EXCLUSIVE', (stream) => stream.write(manifest.toBytes()))
    if (handle === undefined) return []
    const { keyGroups } = this.#parameters
    const backendFiles = { backend: SORTED, files }
    const [states, keyShapes] = [this.#states, this.#keyShapes]
    return [{ isDelta: false, keyGroups, offsets: [], states, keyShapes, handle, backendFiles }]
  }

  release(): void {}
}

async function writeRun(
  { changes }: Run,
  streams: CheckpointStreamFactory,
  slices: TimeSlices,
): Promise<StreamStateHandle | undefined> {
  const { handle } = await inStream(streams, 'SHARED', async (stream) => {
    const output = new DataOutputView()
    for (const [key, value] of changes) {
      output.reset()
      output.writeVarInt(key.length)
      output.writeBytes(bytesOf(key))
      output.writeInt8(value === undefined ? 0 : 1)
      output.writeVarInt(value?.length ?? 0)
      if (value !== undefined) output.writeBytes(value)
      await stream.write(output.written())
      if (slices.step()) await slices.next()
    }
  })
  return handle
}

/** The names of the states that the files of a manifest belong to, in their order. */
export function statesOfManifest(bytes: Uint8Array): string[] {
  const input = new DataInputView(bytes)
  return Array.from({ length: input.readVarInt() }, () => input.readUtf8())
}

export function* changesIn(bytes: Uint8Array): Generator<readonly [key: string, value: Uint8Array | undefined]> {
  const input = new DataInputView(bytes)
  while (input.remaining > 0) {
    const key = textOf(input.readBytes(input.readVarInt()))
    const isThere = input.readInt8() === 1
    const value = input.readBytes(input.readVarInt()).slice()
    yield [key, isThere ? value : undefined]
  }
}
