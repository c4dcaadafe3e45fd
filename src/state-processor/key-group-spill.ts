/**
 * Pieces of bytes by key group, put in any order and given back key group after key group. What does not fit into memory goes to
 * files, each for a run of key groups, of which one is in memory when it is read back.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileSystem, FileWriter } from '../core/fs/file-system.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import type { WorkingDirectory } from '../core/process/working-directories.js'
import { endIfInterrupted, type StateProcessorServices } from './snapshot-source.js'

const MOST_FILES = 128
const MEMORY_BYTES = 64 * 1024 ** 2

interface Run {
  readonly output: DataOutputView
  writer: FileWriter | undefined
  fileBytes: number
}

export class KeyGroupSpill {
  readonly #services: StateProcessorServices
  readonly #memoryBytes: number
  readonly #perRun: number
  readonly #runs: Run[]
  #bufferedBytes = 0
  #directory: WorkingDirectory | undefined

  constructor(maxParallelism: number, services: StateProcessorServices, memoryBytes: number = MEMORY_BYTES) {
    this.#services = services
    this.#memoryBytes = memoryBytes
    this.#perRun = Math.ceil(maxParallelism / Math.min(MOST_FILES, maxParallelism))
    const runs = Math.ceil(maxParallelism / this.#perRun)
    this.#runs = Array.from({ length: runs }, () => ({ output: new DataOutputView(), writer: undefined, fileBytes: 0 }))
  }

  /** True when `spill` is to be called before more is put. */
  get isFull(): boolean {
    return this.#bufferedBytes > this.#memoryBytes
  }

  /** `write` appends the bytes. */
  put(keyGroup: number, write: (output: DataOutputView) => void): void {
    const run = this.#runs[Math.floor(keyGroup / this.#perRun)]
    if (run === undefined)
      throw new FlinkError('ASSERTION_FAILED', { what: `there is no key group ${String(keyGroup)}` })
    const { output } = run
    const before = output.position
    output.writeVarInt(keyGroup)
    const lengthAt = output.position
    output.writeInt32(0)
    write(output)
    output.view.setInt32(lengthAt, output.position - lengthAt - 4)
    this.#bufferedBytes += output.position - before
  }

  async spill(): Promise<void> {
    endIfInterrupted(this.#services)
    this.#directory ??= await this.#services.createDirectory()
    for (const [index, run] of this.#runs.entries()) {
      if (run.output.position === 0) continue
      run.writer ??= await this.#fileSystem(this.#directory).openForWrite(fileOf(this.#directory, index))
      const bytes = run.output.written()
      await run.writer.write(bytes)
      run.fileBytes += bytes.length
      run.output.reset()
    }
    this.#bufferedBytes = 0
  }

  /** In the order of key groups, and within one in the order in which they were put. */
  async *keyGroups(): AsyncGenerator<readonly [keyGroup: number, pieces: readonly Uint8Array[]]> {
    for (const [index, run] of this.#runs.entries()) {
      endIfInterrupted(this.#services)
      const byKeyGroup = new Map<number, Uint8Array[]>()
      for (const bytes of [await this.#readBack(index, run), run.output.written()]) {
        const input = new DataInputView(bytes)
        while (input.remaining > 0) {
          const keyGroup = input.readVarInt()
          const piece = input.readBytes(input.readInt32())
          const known = byKeyGroup.get(keyGroup)
          if (known === undefined) byKeyGroup.set(keyGroup, [piece])
          else known.push(piece)
        }
      }
      yield* [...byKeyGroup].sort(([left], [right]) => left - right)
      this.#runs[index] = { output: new DataOutputView(), writer: undefined, fileBytes: 0 }
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    for (const run of this.#runs) {
      await run.writer?.close()
      run.writer = undefined
    }
    await this.#directory?.remove()
    this.#directory = undefined
  }

  async #readBack(index: number, run: Run): Promise<Uint8Array> {
    const { writer } = run
    if (writer === undefined || this.#directory === undefined) return new Uint8Array(0)
    await writer.close()
    run.writer = undefined
    const file = fileOf(this.#directory, index)
    const reader = await this.#fileSystem(this.#directory).openForRead(file)
    try {
      return await reader.read(0, run.fileBytes)
    } finally {
      await reader.close()
    }
  }

  #fileSystem(directory: WorkingDirectory): FileSystem {
    return this.#services.fileSystems.forUri(directory.path).fileSystem
  }
}

function fileOf(directory: WorkingDirectory, index: number): string {
  return `${directory.path}/${String(index)}`
}
