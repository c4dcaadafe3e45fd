import { FlinkError } from '../errors/flink-error.js'
import type { TemporaryFile, TemporaryFiles } from './temporary-files.js'

/** A disk of so many bytes in memory, where no other one is meant: for tests and simulations. */
export class InMemoryTemporaryFiles implements TemporaryFiles {
  readonly #capacityBytes: number
  /** How many files are there, and how many there were. */
  openFiles = 0
  createdFiles = 0

  constructor(capacityBytes: number = Number.POSITIVE_INFINITY) {
    this.#capacityBytes = capacityBytes
  }

  create(): TemporaryFile {
    this.openFiles += 1
    this.createdFiles += 1
    let content = Buffer.alloc(0)
    let isOpen = true
    return {
      write: (bytes, position) => {
        const end = position + bytes.length
        if (end > this.#capacityBytes) {
          const details = { operation: 'written', path: '(memory)', reason: 'no space left on device' }
          throw new FlinkError('TEMPORARY_FILE_FAILED', details)
        }
        if (end > content.length) content = Buffer.concat([content], Math.max(end, content.length * 2))
        content.set(bytes, position)
      },
      read: (bytes, position) => {
        bytes.set(content.subarray(position, position + bytes.length))
      },
      close: () => {
        if (isOpen) this.openFiles -= 1
        isOpen = false
        content = Buffer.alloc(0)
      },
    }
  }
}
