/** Where the bytes of a snapshot are read, keyed state always in the form of all backends. */
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { toFileUri } from '../core/fs/file-path.js'
import type { WorkingDirectory } from '../core/process/working-directories.js'
import type { Random } from '../core/random/random.js'
import type { Clock } from '../core/time/clock.js'
import { writeWholeStateOfFiles } from '../runtime/taskmanager/state/rocksdb/whole-state-of-files.js'
import { checkpointStreams } from '../storage/file-checkpoint-streams.js'
import { readKeyGroups } from '../storage/key-group-reader.js'
import { readStateHandle, readStatePieces, readStateRange } from '../storage/state-reader.js'
import type { BackendFiles, KeyedStateHandle, StreamStateHandle } from '../storage/state-handles.js'
import { kindOfShapes } from './key-kinds.js'

/** What the room gets of the world. */
export interface StateProcessorServices {
  readonly fileSystems: FileSystems
  readonly random: Random
  readonly clock: Clock
  /** On a local disk, for what does not fit into memory and files of a backend: a new and empty one. */
  readonly createDirectory: () => Promise<WorkingDirectory>
  /** Whoever writes a new snapshot ends with COMMAND_INTERRUPTED after it, and leaves nothing; absent where nobody interrupts. */
  readonly interruption?: AbortSignal
  /** Told, in words, how far work has come that takes long with much state. */
  readonly onProgress?: ((howFar: string) => void) | undefined
}

export function endIfInterrupted({ interruption }: StateProcessorServices): void {
  if (interruption?.aborted === true) throw new FlinkError('COMMAND_INTERRUPTED', {})
}

export class SnapshotSource {
  readonly #services: StateProcessorServices
  readonly #directories: WorkingDirectory[] = []
  readonly #copies = new Map<KeyedStateHandle, Promise<KeyedStateHandle | undefined>>()

  constructor(services: StateProcessorServices) {
    this.#services = services
  }

  /** A key group of an operator comes next; `of`: its max parallelism. */
  reached(operatorName: string, keyGroup: number, of: number): void {
    this.#services.onProgress?.(`${operatorName}, key group ${String(keyGroup + 1)} of ${String(of)}`)
  }

  pieces(handle: StreamStateHandle): AsyncIterable<Uint8Array> {
    return readStatePieces(handle, this.#services.fileSystems)
  }

  /** Some bytes of a handle, which nothing verifies. */
  range(handle: StreamStateHandle, start: number, lengthBytes: number): Promise<Uint8Array> {
    return readStateRange(handle, { start, lengthBytes }, this.#services.fileSystems)
  }

  bytes(handle: StreamStateHandle): Promise<Uint8Array> {
    return readStateHandle(handle, this.#services.fileSystems)
  }

  /**
   * The handle itself, or that of a copy in the form of all backends, made once, which is there until `close`; undefined where it has no entry.
   * For files of RocksDB its package has to be there: STATE_STORE_UNAVAILABLE says how.
   */
  async inAnyForm(handle: KeyedStateHandle, operatorName: string): Promise<KeyedStateHandle | undefined> {
    if (handle.backendFiles === undefined) return handle
    const known = this.#copies.get(handle)
    if (known !== undefined) return known
    const copy = this.#copyOf(handle, handle.backendFiles, operatorName)
    this.#copies.set(handle, copy)
    return copy
  }

  async #copyOf(
    handle: KeyedStateHandle,
    { backend }: BackendFiles,
    operatorName: string,
  ): Promise<KeyedStateHandle | undefined> {
    const { fileSystems, random, clock, createDirectory } = this.#services
    this.#services.onProgress?.(`${operatorName}, files of ${backend}`)
    const directory = await createDirectory()
    this.#directories.push(directory)
    const location = { kind: 'file', directoryUri: toFileUri(directory.path), inlineThresholdBytes: 0 } as const
    return writeWholeStateOfFiles(handle, {
      operatorName,
      keyKind: kindOfShapes(handle.keyShapes),
      streams: checkpointStreams(location, fileSystems, random),
      reader: {
        bytes: (each) => this.bytes(each),
        pieces: (each) => this.pieces(each),
        keyGroups: (each, range) => readKeyGroups(each, range, this.pieces(each.handle)),
      },
      clock,
      createDirectory,
    })
  }

  /** Removes what was copied; may be called twice. */
  async close(): Promise<void> {
    this.#copies.clear()
    for (const directory of this.#directories.splice(0)) await directory.remove()
  }
}
