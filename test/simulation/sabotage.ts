/** How a fault is planted into the engine for a seed: between its parts, or into one of them, never in its source. */
import type { FileSystem } from '../../src/core/fs/file-system.js'
import type { MasterToWorker } from '../../src/runtime/protocol/master-to-worker.js'
import type { WorkerToMaster } from '../../src/runtime/protocol/worker-to-master.js'
import type { SimulatedProcess } from './simulated-process.js'

export interface Sabotage {
  readonly configuration?: Readonly<Record<string, string>>
  /** The disk as a process sees it. */
  readonly disk?: (disk: FileSystem, process: SimulatedProcess) => FileSystem
  /** What becomes of a message on its way. */
  readonly toWorker?: (message: MasterToWorker) => readonly MasterToWorker[]
  readonly toMaster?: (message: WorkerToMaster) => readonly WorkerToMaster[]
  /** Puts something in the place of a method; what it gives takes that away again. */
  readonly plant?: () => () => void
}

/** Puts a method in the place of one of a class; what it gives brings the first one back. */
export function replaced<T extends object, K extends keyof T>(
  prototype: T,
  method: K,
  by: (original: T[K]) => T[K],
): () => void {
  const original = prototype[method]
  prototype[method] = by(original)
  return () => {
    prototype[method] = original
  }
}

/** The same with a getter. */
export function withGetter<T extends object, K extends keyof T & string>(
  prototype: T,
  name: K,
  get: () => T[K],
): () => void {
  const original = Object.getOwnPropertyDescriptor(prototype, name)
  Object.defineProperty(prototype, name, { get, configurable: true })
  return () => {
    if (original !== undefined) Object.defineProperty(prototype, name, original)
  }
}
