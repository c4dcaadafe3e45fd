// Duty: a checkpoint in files of the store itself: those that its base has are named again, the others are written.
// Invariants: what it is made of are links that the store does not touch; they are given back when it ends, however it does.
// Only what was written in a checkpoint that is complete is named again (shared-checkpoint-files.ts).
// Thread: the task worker that owns the backend.
import { crc32c } from '../../../../core/memory/crc32c.js'
import type {
  CheckpointOutputStream,
  CheckpointStreamFactory,
  InlineState,
} from '../../../../storage/checkpoint-stream-factory.js'
import type { BackendFile, KeyedStateHandle, StreamStateHandle } from '../../../../storage/state-handles.js'
import type { TimeSlices } from '../time-slices.js'
import { encodeManifest } from './files-manifest.js'
import type { KvFile, KvFiles } from './kv-store.js'
import { namedAgain, type SharedCheckpointFile, type SharedCheckpointFiles } from './shared-checkpoint-files.js'
import type { StateCapture } from './state-capture.js'
import type { StoreDescription } from './store-description.js'

/** As `state.backend.type` says it. */
export const ROCKSDB = 'rocksdb'
const EMPTY = new Uint8Array(0)

export interface FilesSnapshotParameters {
  /** Links to all files, and what they hold; undefined where they hold no entry. */
  readonly capture: () => { readonly files: KvFiles; readonly description: StoreDescription } | undefined
  readonly driver: string
  readonly base: SharedCheckpointFiles
  readonly onWritten: (files: SharedCheckpointFiles) => void
  /** Giving links back takes time; whoever owns the store waits for it. */
  readonly onReleasing: (released: Promise<void>) => void
}

export class FilesSnapshot implements StateCapture {
  readonly #parameters: FilesSnapshotParameters
  #captured: { readonly files: KvFiles; readonly description: StoreDescription } | undefined
  readonly #shared = new Map<string, SharedCheckpointFile>()

  constructor(parameters: FilesSnapshotParameters) {
    this.#parameters = parameters
  }

  take(): void {
    this.#captured = this.#parameters.capture()
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]> {
    const { driver, onWritten } = this.#parameters
    if (this.#captured === undefined) return []
    const { files: captured, description } = this.#captured
    const files: BackendFile[] = []
    for (const file of captured.files) {
      files.push({ name: file.name, handle: await this.#handleOf(file, streams, slices) })
    }
    const shared = captured.files.map(({ isShared }) => isShared)
    const manifest = encodeManifest({ driver, waiting: [...description.waiting], shared })
    const stream = await streams.createStream('EXCLUSIVE')
    const handle = await writtenHandle(stream, () => stream.write(manifest))
    onWritten(this.#shared)
    const { keyGroups, states, keyShapes } = description
    const backendFiles = { backend: ROCKSDB, files }
    return [{ isDelta: false, keyGroups, offsets: [], states, keyShapes, handle, backendFiles }]
  }

  release(): void {
    const captured = this.#captured
    this.#captured = undefined
    if (captured !== undefined) this.#parameters.onReleasing(captured.files.release())
  }

  async #handleOf(file: KvFile, streams: CheckpointStreamFactory, slices: TimeSlices): Promise<StreamStateHandle> {
    if (!file.isShared) return writeFile(file, await streams.createStream('EXCLUSIVE'), slices)
    const before = this.#parameters.base.get(file.name)
    const again = namedAgain(before)
    if (again !== undefined) {
      this.#shared.set(file.name, again)
      return again.handle
    }
    const inline: InlineState = before === undefined ? 'SMALL' : 'NEVER'
    const handle = await writeFile(file, await streams.createStream('SHARED', inline), slices)
    this.#shared.set(file.name, { handle, namings: 1 })
    return handle
  }
}

function writeFile(file: KvFile, stream: CheckpointOutputStream, slices: TimeSlices): Promise<StreamStateHandle> {
  return writtenHandle(stream, async () => {
    for await (const piece of file.read()) {
      await stream.write(piece)
      if (slices.step()) await slices.next()
    }
  })
}

/** A stream whose writing fails leaves nothing. */
async function writtenHandle(stream: CheckpointOutputStream, write: () => Promise<void>): Promise<StreamStateHandle> {
  try {
    await write()
    return (await stream.closeAndGetHandle()) ?? { kind: 'inline', bytes: EMPTY, crc32c: crc32c(EMPTY) }
  } catch (error) {
    await stream.abort()
    throw error
  }
}
