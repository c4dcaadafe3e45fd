// Duty: the place for what the tasks of one worker have written and no channel has room for: some memory, then a file.
// Invariants: functions are synchronous and may emit as much as they like in one call, so nobody can be stopped in the
// middle, and a thread that waited here might wait for itself. The memory is bounded for the whole worker; the file is cut
// into blocks, which are used again, and is there only while something lies in it.
// Thread: the worker whose tasks write.
import type { TemporaryFile } from '../../../core/fs/temporary-files.js'
import { InMemoryTemporaryFiles } from '../../../core/fs/in-memory-temporary-files.js'

const MEMORY_BYTES = 16 * 2 ** 20
const BLOCK_BYTES = 64 * 1024

export interface WaitingSpaceOptions {
  readonly createFile?: () => TemporaryFile
  readonly memoryBytes?: number
  readonly blockBytes?: number
}

export class WaitingSpace {
  readonly blockBytes: number
  readonly #createFile: () => TemporaryFile
  readonly #memoryBytes: number
  #usedMemoryBytes = 0
  #file: TemporaryFile | undefined
  /** How long the file is, in blocks, and where those are that hold nothing. */
  #fileBlocks = 0
  #freeBlocks: number[] = []

  constructor(options: WaitingSpaceOptions = {}) {
    const { createFile, memoryBytes = MEMORY_BYTES, blockBytes = BLOCK_BYTES } = options
    this.#createFile = createFile ?? inMemoryFile
    this.#memoryBytes = memoryBytes
    this.blockBytes = blockBytes
  }

  get fileSizeBytes(): number {
    return this.#fileBlocks * this.blockBytes
  }

  /** False when there is not so much memory left. */
  takeMemory(sizeBytes: number): boolean {
    if (this.#usedMemoryBytes + sizeBytes > this.#memoryBytes) return false
    this.#usedMemoryBytes += sizeBytes
    return true
  }

  returnMemory(sizeBytes: number): void {
    this.#usedMemoryBytes -= sizeBytes
  }

  /** Position of a block of the file. */
  takeBlock(): number {
    const free = this.#freeBlocks.pop()
    if (free !== undefined) return free
    this.#file ??= this.#createFile()
    this.#fileBlocks += 1
    return (this.#fileBlocks - 1) * this.blockBytes
  }

  returnBlock(position: number): void {
    this.#freeBlocks.push(position)
    if (this.#freeBlocks.length < this.#fileBlocks) return
    this.#freeBlocks = []
    this.#fileBlocks = 0
    this.#file?.close()
    this.#file = undefined
  }

  write(bytes: Uint8Array, position: number): void {
    this.#file?.write(bytes, position)
  }

  read(bytes: Uint8Array, position: number): void {
    this.#file?.read(bytes, position)
  }
}

function inMemoryFile(): TemporaryFile {
  return new InMemoryTemporaryFiles().create()
}
