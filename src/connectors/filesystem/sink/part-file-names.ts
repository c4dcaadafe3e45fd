import type { OutputFileConfig } from './output-file-config.js'

/**
 * Names of the part files of one writer: prefix, who the writer is, a number that goes up over all its buckets, suffix. By the number
 * a restored writer knows which files no snapshot has.
 */
export class PartFileNames {
  readonly writerId: string
  readonly #config: OutputFileConfig
  #nextNumber: number

  constructor(config: OutputFileConfig, writerId: string, nextNumber = 0) {
    this.#config = config
    this.writerId = writerId
    this.#nextNumber = nextNumber
  }

  get nextNumber(): number {
    return this.#nextNumber
  }

  next(): string {
    const number = this.#nextNumber
    this.#nextNumber += 1
    return `${this.#config.getPartPrefix()}-${this.writerId}-${String(number)}${this.#config.getPartSuffix()}`
  }
}
