// Duty: writes the state of one task into a snapshot's location.
// Invariants: bytes up to the threshold stay in memory and become an inline handle; more go to a file of their own that
// is synced before its handle is given out. An aborted stream leaves no file and gives no handle.
// Thread: task workers.
import { ReasonError } from '../core/errors/reason-error.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { parentOf } from '../core/fs/file-path.js'
import type { FileSystem, FileWriter } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { crc32c } from '../core/memory/crc32c.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import type { Random } from '../core/random/random.js'
import type {
  CheckpointLocation,
  CheckpointOutputStream,
  CheckpointStreamFactory,
} from './checkpoint-stream-factory.js'
import type { StreamStateHandle } from './state-handles.js'

/** Every later checkpoint of the chain carries inline bytes along, in acknowledgements and metadata. */
const SHARED_INLINE_DIVISOR = 8
const ABORTED = 'the snapshot was aborted'

/** Streams into `location`: for a snapshot in memory always inline, within its limit a state. */
export function checkpointStreams(
  location: CheckpointLocation,
  fileSystems: FileSystems,
  random: Random,
): CheckpointStreamFactory {
  return {
    createStream: (scope = 'EXCLUSIVE', inline = 'SMALL') => {
      if (location.kind === 'memory') return Promise.resolve(new MemoryStream(location.maxStateSizeBytes))
      const isShared = scope === 'SHARED' && location.incremental !== undefined
      const target = targetOf(location, isShared, random.uuid(), fileSystems)
      const thresholdBytes = location.inlineThresholdBytes / (isShared ? SHARED_INLINE_DIVISOR : 1)
      return Promise.resolve(new FileStream(target, inline === 'NEVER' ? 0 : thresholdBytes))
    },
  }
}

function targetOf(
  location: CheckpointLocation & { readonly kind: 'file' },
  isShared: boolean,
  name: string,
  fileSystems: FileSystems,
): StreamTarget {
  const { directoryUri, entropyUri, incremental } = location
  const own = fileSystems.forUri(directoryUri)
  const { entropy } = own.fileSystem
  if (entropyUri !== undefined && entropy !== undefined) {
    // Beside it, under the name that it has where everybody looks.
    const shared = incremental?.sharedDirectoryUri.replace(/^.*\//s, `${parentOf(entropyUri)}/`)
    const file = entropy.inject(`${isShared ? (shared ?? entropyUri) : entropyUri}/${name}`)
    return { fileSystem: own.fileSystem, file, uri: file }
  }
  const uri = isShared ? (incremental?.sharedDirectoryUri ?? directoryUri) : directoryUri
  // A shared file is moved there when the checkpoint completes: until then it goes with its directory. Objects cannot be moved.
  const { fileSystem, path } = own.fileSystem.isObjectStore === true ? fileSystems.forUri(uri) : own
  return { fileSystem, file: `${path}/${name}`, uri: `${uri}/${name}` }
}

function inlineHandle(buffer: DataOutputView): StreamStateHandle | undefined {
  if (buffer.position === 0) return undefined
  const bytes = buffer.toBytes()
  return { kind: 'inline', bytes, crc32c: crc32c(bytes) }
}

class MemoryStream implements CheckpointOutputStream {
  readonly #buffer = new DataOutputView()
  readonly #limitBytes: number
  #isAborted = false

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get position(): number {
    return this.#buffer.position
  }

  async write(bytes: Uint8Array): Promise<void> {
    const sizeBytes = this.position + bytes.length
    const limitBytes = this.#limitBytes
    if (sizeBytes > limitBytes) throw new FlinkError('MEMORY_STATE_TOO_LARGE', { sizeBytes, limitBytes })
    this.#buffer.writeBytes(bytes)
    return Promise.resolve()
  }

  async closeAndGetHandle(): Promise<StreamStateHandle | undefined> {
    if (this.#isAborted) throw new FlinkError('CHECKPOINT_STORAGE_FAILED', { path: 'memory', reason: ABORTED })
    return Promise.resolve(inlineHandle(this.#buffer))
  }

  abort(): Promise<void> {
    this.#isAborted = true
    this.#buffer.reset()
    return Promise.resolve()
  }
}

interface StreamTarget {
  readonly fileSystem: FileSystem
  readonly file: string
  /** Where the file is to be read once the checkpoint is complete. */
  readonly uri: string
}

class FileStream implements CheckpointOutputStream {
  readonly #target: StreamTarget
  readonly #thresholdBytes: number
  readonly #buffer = new DataOutputView()
  #writer: FileWriter | undefined
  #crc = 0
  #position = 0
  #isAborted = false

  constructor(target: StreamTarget, thresholdBytes: number) {
    this.#target = target
    this.#thresholdBytes = thresholdBytes
  }

  get position(): number {
    return this.#position
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#guard(async () => {
      this.#crc = crc32c(bytes, this.#crc)
      this.#position += bytes.length
      if (this.#writer === undefined && this.#position <= this.#thresholdBytes) {
        this.#buffer.writeBytes(bytes)
        return
      }
      const writer = this.#writer ?? (await this.#openFile())
      await writer.write(bytes)
    })
  }

  async closeAndGetHandle(): Promise<StreamStateHandle | undefined> {
    const writer = this.#writer
    await this.#guard(async () => {
      await writer?.sync()
      // An abort during the sync has closed it.
      if (!this.#isAborted) await writer?.close()
      this.#writer = undefined
    })
    if (writer === undefined) return inlineHandle(this.#buffer)
    return { kind: 'file', uri: this.#target.uri, offset: 0, lengthBytes: this.#position, crc32c: this.#crc }
  }

  async abort(): Promise<void> {
    if (this.#isAborted) return
    this.#isAborted = true
    const writer = this.#writer
    this.#writer = undefined
    this.#buffer.reset()
    try {
      await writer?.close()
    } finally {
      await this.#target.fileSystem.delete(this.#target.file)
    }
  }

  async #openFile(): Promise<FileWriter> {
    const { fileSystem, file } = this.#target
    const writer = await fileSystem.openForWrite(file)
    // An abort that came meanwhile found no writer to close and, maybe, no file to delete.
    if (this.#isAborted) {
      await writer.close()
      await fileSystem.delete(file)
      throw new ReasonError(ABORTED)
    }
    this.#writer = writer
    await writer.write(this.#buffer.toBytes())
    this.#buffer.reset()
    return writer
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      if (this.#isAborted) throw new ReasonError(ABORTED)
      await work()
      if (this.#isAborted) throw new ReasonError(ABORTED)
    } catch (error) {
      if (FlinkError.is(error, 'DISK_FULL')) throw error
      const reason = messageOf(error)
      throw new FlinkError('CHECKPOINT_STORAGE_FAILED', { path: this.#target.file, reason }, { cause: error })
    }
  }
}
