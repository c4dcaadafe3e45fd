// Duty: a checkpoint in files of the store itself: those that its base has are named again, the others are written.
// Invariants: what it is made of are links that the store does not touch; they are given back when it ends, however it does,
// but for those that stay beside the task for a restart (task-local-state-store.ts).
// Only what was written in a checkpoint that is complete is named again (../written-checkpoints.ts). Small files
// go together; what lies in the metadata is a bounded part, and not for ever: else every later metadata would have it once more.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { CheckpointedStateScope, CheckpointStreamFactory } from '../../../../storage/checkpoint-stream-factory.js'
import type { BackendFile, KeyedStateHandle, StreamStateHandle } from '../../../../storage/state-handles.js'
import type { TimeSlices } from '../time-slices.js'
import { encodeManifest } from './files-manifest.js'
import type { KvFile, KvFiles } from './kv-store.js'
import { packFiles, writtenHandle } from './packed-files.js'
import type { SharedCheckpointFile, SharedCheckpointFiles } from './shared-checkpoint-files.js'
import type { StateCapture } from './state-capture.js'
import type { StoreDescription } from './store-description.js'

/** As `state.backend.type` says it. */
export const ROCKSDB = 'rocksdb'
const SMALL_FILE_BYTES = 16 * 1024
const MAX_INLINE_BYTES = 16 * 1024
/** Small files of a store are new ones, nearly always, and merged with others soon. */
const MAX_INLINE_NAMINGS = 8

export interface CapturedStore {
  readonly files: KvFiles
  readonly description: StoreDescription
  /** How many each state has, in the order of their ids. */
  readonly keys: readonly number[]
}

export interface FilesSnapshotParameters {
  /** Links to all files; undefined where they hold no entry. */
  readonly capture: () => CapturedStore | undefined
  readonly driver: string
  readonly base: SharedCheckpointFiles
  readonly onWritten: (files: SharedCheckpointFiles) => void
  /** All is written: the links may be moved away, unless they are released meanwhile. Never rejects. */
  readonly keep?: ((files: KvFiles, written: WrittenFiles, isReleased: () => boolean) => Promise<void>) | undefined
  /** Giving links back takes time; whoever owns the store waits for it. */
  readonly onReleasing: (released: Promise<void>) => void
}

/** The files of a checkpoint. */
export interface WrittenFiles {
  readonly handle: KeyedStateHandle
  /** What the bytes of the handle are. */
  readonly manifest: Uint8Array
}

interface SmallFile {
  readonly name: string
  readonly bytes: Uint8Array
  /** Before this checkpoint. */
  readonly namings: number
}

export class FilesSnapshot implements StateCapture {
  readonly #parameters: FilesSnapshotParameters
  #captured: CapturedStore | undefined

  constructor(parameters: FilesSnapshotParameters) {
    this.#parameters = parameters
  }

  take(): void {
    this.#captured = this.#parameters.capture()
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]> {
    const { driver, base, onWritten, keep } = this.#parameters
    if (this.#captured === undefined) return []
    const { files, description, keys } = this.#captured
    const { waiting, keyGroups, states, keyShapes } = description
    const writing = new FilesWriting(base, streams, slices)
    for (const file of files.files) await writing.add(file)
    const shared = files.files.map(({ isShared }) => isShared)
    const manifest = encodeManifest({ driver, waiting: [...waiting], shared, keys })
    const bytesHandle = await writing.finish(manifest)
    onWritten(writing.shared)
    const backendFiles = { backend: ROCKSDB, files: files.files.map(({ name }) => writing.fileOf(name)) }
    const handle = { isDelta: false, keyGroups, offsets: [], states, keyShapes, handle: bytesHandle, backendFiles }
    await keep?.(files, { handle, manifest }, () => this.#captured === undefined)
    return [handle]
  }

  release(): void {
    const captured = this.#captured
    this.#captured = undefined
    if (captured !== undefined) this.#parameters.onReleasing(captured.files.release())
  }
}

class FilesWriting {
  /** Those that later checkpoints may name. */
  readonly shared = new Map<string, SharedCheckpointFile>()
  readonly #base: SharedCheckpointFiles
  readonly #streams: CheckpointStreamFactory
  readonly #slices: TimeSlices
  readonly #handles = new Map<string, StreamStateHandle>()
  /** In the metadata of the base. */
  readonly #inline: SmallFile[] = []
  readonly #smallShared: SmallFile[] = []
  readonly #smallOwn: SmallFile[] = []

  constructor(base: SharedCheckpointFiles, streams: CheckpointStreamFactory, slices: TimeSlices) {
    this.#base = base
    this.#streams = streams
    this.#slices = slices
  }

  async add(file: KvFile): Promise<void> {
    const { name, isShared } = file
    const before = isShared ? this.#base.get(name) : undefined
    if (before?.handle.kind === 'inline') this.#inline.push({ ...before, name, bytes: before.handle.bytes })
    else if (before !== undefined) this.#named(name, { handle: before.handle, namings: before.namings + 1 })
    else if (file.sizeBytes <= SMALL_FILE_BYTES) {
      const small = { name, bytes: await this.#bytesOf(file), namings: 0 }
      if (isShared) this.#smallShared.push(small)
      else this.#smallOwn.push(small)
    } else {
      const handle = await this.#write(file, isShared ? 'SHARED' : 'EXCLUSIVE')
      if (isShared) this.#named(name, { handle, namings: 1 })
      else this.#handles.set(name, handle)
    }
  }

  /** Writes the small ones; the handle of the manifest. */
  async finish(manifest: Uint8Array): Promise<StreamStateHandle> {
    const isKept = this.#mayStayInline()
    for (const { name, namings } of isKept ? this.#inline : []) {
      const handle = this.#base.get(name)?.handle
      if (handle !== undefined) this.#named(name, { handle, namings: namings + 1 })
    }
    await this.#packShared(isKept ? this.#smallShared : [...this.#inline, ...this.#smallShared], isKept)
    const own = [...this.#smallOwn.map(({ bytes }) => bytes), manifest]
    const handles = await packFiles(own, await this.#streams.createStream('EXCLUSIVE'))
    for (const [index, { name }] of this.#smallOwn.entries()) this.#handles.set(name, handleAt(handles, index))
    return handleAt(handles, this.#smallOwn.length)
  }

  fileOf(name: string): BackendFile {
    const handle = this.#handles.get(name)
    if (handle === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `the file ${name} was not written` })
    return { name, handle }
  }

  #mayStayInline(): boolean {
    const files = [...this.#inline, ...this.#smallShared]
    const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
    return sizeBytes <= MAX_INLINE_BYTES && files.every(({ namings }) => namings < MAX_INLINE_NAMINGS)
  }

  async #packShared(files: readonly SmallFile[], mayBeInline: boolean): Promise<void> {
    if (files.length === 0) return
    const stream = await this.#streams.createStream('SHARED', mayBeInline ? 'SMALL' : 'NEVER')
    const handles = await packFiles(
      files.map(({ bytes }) => bytes),
      stream,
    )
    for (const [index, { name }] of files.entries()) this.#named(name, { handle: handleAt(handles, index), namings: 1 })
  }

  #named(name: string, file: SharedCheckpointFile): void {
    this.shared.set(name, file)
    this.#handles.set(name, file.handle)
  }

  async #write(file: KvFile, scope: CheckpointedStateScope): Promise<StreamStateHandle> {
    const stream = await this.#streams.createStream(scope)
    const handle = await writtenHandle(stream, async () => {
      for await (const piece of file.read()) {
        await stream.write(piece)
        if (this.#slices.step()) await this.#slices.next()
      }
    })
    if (handle !== undefined) return handle
    throw new FlinkError('ASSERTION_FAILED', { what: `the file ${file.name} is empty, and was not` })
  }

  async #bytesOf(file: KvFile): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for await (const piece of file.read()) pieces.push(piece)
    if (this.#slices.step()) await this.#slices.next()
    // Memory of its own: a part of a pool would go between threads with all of it.
    return new Uint8Array(Buffer.concat(pieces))
  }
}

function handleAt(handles: readonly StreamStateHandle[], index: number): StreamStateHandle {
  const handle = handles[index]
  if (handle === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'a file has no handle' })
  return handle
}
