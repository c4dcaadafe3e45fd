/** A process that is stopped before an operation on the disk, as by SIGSTOP, and wakes up when the test lets it. */
import type { FileSystem } from '../../../../../src/core/fs/file-system.js'

type Operation = Exclude<keyof FileSystem, 'isObjectStore' | 'entropy' | 'createNew' | 'createRecoverableWriter'>
type Waiting = Operation | 'createNew'

/** All that there are: the compiler refuses a list without one. */
const OPERATIONS: Readonly<Record<Operation, true>> = {
  readFile: true,
  openForWrite: true,
  openToContinue: true,
  openForRead: true,
  rename: true,
  syncDirectory: true,
  mkdirs: true,
  list: true,
  realPath: true,
  status: true,
  delete: true,
  deleteEmptyDirectory: true,
}

export class ProcessOnDisk {
  readonly fileSystem: FileSystem
  /** Of operations that were asked for. */
  operations = 0
  #stopsAt = Infinity
  #wake: () => void = () => undefined
  #stopped: () => void = () => undefined
  #awake: Promise<void> = Promise.resolve()

  constructor(disk: FileSystem) {
    const { isObjectStore = false } = disk
    const names: Waiting[] = Object.keys(OPERATIONS) as Operation[]
    if (disk.createNew !== undefined) names.push('createNew')
    const waits = names.map((name) => [name, (...args: unknown[]) => this.#waiting(disk, name, args)] as const)
    this.fileSystem = { ...(Object.fromEntries(waits) as unknown as FileSystem), isObjectStore }
  }

  /** Resolves when it stands before the operation of this number, counted from now on from 0. */
  stopAt(operation: number): Promise<void> {
    this.#stopsAt = this.operations + operation
    this.#awake = new Promise((resolve) => {
      this.#wake = resolve
    })
    return new Promise((resolve) => {
      this.#stopped = resolve
    })
  }

  wakeUp(): void {
    this.#stopsAt = Infinity
    this.#wake()
  }

  async #waiting(disk: FileSystem, name: Waiting, args: unknown[]): Promise<unknown> {
    const operation = this.operations
    this.operations += 1
    if (operation >= this.#stopsAt) {
      this.#stopped()
      await this.#awake
    }
    return (disk[name] as (...given: unknown[]) => Promise<unknown>)(...args)
  }
}
