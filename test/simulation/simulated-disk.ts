/**
 * The disk as one process sees it: operations take time, fail, and leave half-written files; those of a process that
 * died never come back, and what they had begun stays where it was.
 */
import { FlinkError } from '../../src/core/errors/flink-error.js'
import type { DirectoryEntry, FileReader, FileStatus, FileSystem, FileWriter } from '../../src/core/fs/file-system.js'
import type { InMemoryFileSystem } from '../../src/core/fs/in-memory-file-system.js'
import type { FaultInjector } from './fault-injector.js'
import type { FaultPoints } from './fault-points.js'
import type { Sabotage } from './sabotage.js'
import type { SimulatedProcess } from './simulated-process.js'

const SLOW_MS = 3000
const LONGEST_FULL_MS = 20_000
/** A full disk has none for these. */
const TAKES_ROOM = new Set(['create', 'continue', 'write', 'make directory'])

export interface DiskServices {
  readonly disk: InMemoryFileSystem
  readonly faults: FaultInjector
  /** Something that is on the disk was changed. */
  readonly onChange: (path: string) => void
  /** Passed before an operation, and when it was done and nobody has been told yet. */
  readonly points: FaultPoints
  readonly sabotage: Sabotage
}

interface Operation<T> {
  readonly name: string
  readonly file: string
  readonly run: () => Promise<T>
  /** What is left after a failure. */
  readonly half?: () => Promise<unknown>
}

export function simulatedDisk(process: SimulatedProcess, services: DiskServices): FileSystem {
  const disk = new SimulatedDisk(process, services)
  return services.sabotage.disk?.(disk, process) ?? disk
}

class SimulatedDisk implements FileSystem {
  readonly #process: SimulatedProcess
  readonly #services: DiskServices

  constructor(process: SimulatedProcess, services: DiskServices) {
    this.#process = process
    this.#services = services
  }

  readFile(file: string): Promise<Uint8Array> {
    return this.#read('read', file, () => this.#services.disk.readFile(file))
  }

  async openForRead(file: string): Promise<FileReader> {
    const reader = await this.#read('open', file, () => this.#services.disk.openForRead(file))
    return {
      sizeBytes: reader.sizeBytes,
      read: (offset, length) => this.#read('read', file, () => reader.read(offset, length)),
      close: () => reader.close(),
    }
  }

  async openForWrite(file: string): Promise<FileWriter> {
    return this.#open({ name: 'create', file, run: () => this.#services.disk.openForWrite(file) })
  }

  async openToContinue(file: string, keepBytes: number): Promise<FileWriter> {
    return this.#open({ name: 'continue', file, run: () => this.#services.disk.openToContinue(file, keepBytes) })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change({ name: 'rename', file: from, run: () => this.#services.disk.rename(from, to) })
  }

  syncDirectory(path: string): Promise<void> {
    return this.#change({ name: 'sync directory', file: path, run: () => this.#services.disk.syncDirectory(path) })
  }

  mkdirs(path: string, entry?: DirectoryEntry): Promise<boolean> {
    return this.#change({ name: 'make directory', file: path, run: () => this.#services.disk.mkdirs(path, entry) })
  }

  list(path: string): Promise<FileStatus[]> {
    return this.#read('list', path, () => this.#services.disk.list(path))
  }

  realPath(path: string): Promise<string> {
    return this.#read('real path', path, () => this.#services.disk.realPath(path))
  }

  status(path: string): Promise<FileStatus | undefined> {
    return this.#read('status', path, () => this.#services.disk.status(path))
  }

  delete(path: string): Promise<void> {
    return this.#change({ name: 'delete', file: path, run: () => this.#services.disk.delete(path) })
  }

  deleteEmptyDirectory(path: string): Promise<boolean> {
    return this.#change({ name: 'delete', file: path, run: () => this.#services.disk.deleteEmptyDirectory(path) })
  }

  async #open(operation: Operation<FileWriter>): Promise<FileWriter> {
    const writer = await this.#change(operation)
    const { file } = operation
    return {
      write: (bytes) => this.#write(file, writer, bytes),
      sync: () => this.#change({ name: 'sync', file, run: () => writer.sync() }),
      close: () => writer.close(),
    }
  }

  /** In two parts with time in between: a process that dies there leaves the first one. */
  async #write(file: string, writer: FileWriter, bytes: Uint8Array): Promise<void> {
    const cut = this.#services.faults.nextInt(bytes.length + 1)
    const half = (): Promise<void> => writer.write(bytes.subarray(0, cut))
    await this.#change({ name: 'write', file, run: half, half })
    await this.#change({ name: 'write', file, run: () => writer.write(bytes.subarray(cut)) })
  }

  async #read<T>(name: string, file: string, run: () => Promise<T>): Promise<T> {
    return this.#operate({ name, file, run })
  }

  async #change<T>(operation: Operation<T>): Promise<T> {
    const result = await this.#operate(operation)
    const { simulation, name } = this.#process
    simulation.note(`${name}: disk: ${operation.name} ${operation.file}`)
    this.#services.onChange(operation.file)
    return result
  }

  async #operate<T>(operation: Operation<T>): Promise<T> {
    const { faults, points } = this.#services
    points.passes('before', operation.name, this.#process.name)
    const where = `${this.#process.name}: ${operation.name} ${operation.file}`
    await this.#takeTime()
    const slowMs = faults.lasts('disk-is-slow', 100, where, SLOW_MS)
    if (slowMs !== undefined) await this.#process.pause(slowMs)
    if (this.#isFull(operation, where)) throw new FlinkError('DISK_FULL', { path: operation.file })
    if (faults.strikes('disk-fails', 60, where)) {
      // A failure may be told after an operation that was done.
      if (faults.nextInt(4) === 0) await operation.run()
      else await operation.half?.()
      this.#services.onChange(operation.file)
      await this.#takeTime()
      const { name, file } = operation
      throw faults.nextInt(2) === 0
        ? new FlinkError('FILE_IO_FAILED', { path: file, operation: name, reason: 'simulated failure' })
        : new FlinkError('DISK_FULL', { path: file })
    }
    const result = await operation.run()
    points.passes('after', operation.name, this.#process.name)
    await this.#takeTime()
    return result
  }

  /** For a while, or for long. */
  #isFull({ name }: Operation<unknown>, where: string): boolean {
    const { faults } = this.#services
    if (!TAKES_ROOM.has(name)) return false
    const durationMs = faults.lasts('disk-is-full', 60, where, faults.nextInt(3) === 0 ? LONGEST_FULL_MS : SLOW_MS)
    if (durationMs !== undefined) faults.fillDisk(durationMs)
    return faults.diskIsFull
  }

  async #takeTime(): Promise<void> {
    const { simulation } = this.#process
    if (!this.#process.isAlive) await new Promise(() => undefined)
    if (simulation.random.nextInt(3) === 0) await this.#process.pause(simulation.delayMs())
  }
}
