import { messageOf } from '../errors/thrown-value.js'
import { LogFile } from './log-file.js'
import { rotateFile } from './rotate-file.js'

export interface RollingLogFileSettings {
  readonly path: string
  /** Of one file; what is longer is continued in a new one. */
  readonly maxSizeBytes: number
  /** Older files that are kept. */
  readonly maxFiles: number
  /** For the user, as of LogFile. */
  readonly tell: (text: string) => void
}

/** A log that begins anew with each start, and again when it has become long; the newest of the older files are kept. */
export class RollingLogFile {
  readonly #settings: RollingLogFileSettings
  #file: LogFile
  #sizeBytes = 0

  constructor(settings: RollingLogFileSettings) {
    this.#settings = settings
    this.#file = this.#begin()
  }

  write(line: string): void {
    const sizeBytes = Buffer.byteLength(line)
    const { maxSizeBytes } = this.#settings
    if (this.#sizeBytes > 0 && this.#sizeBytes + sizeBytes > maxSizeBytes) {
      this.#file.close()
      this.#file = this.#begin()
    }
    this.#sizeBytes += sizeBytes
    this.#file.write(line)
  }

  #begin(): LogFile {
    const { path, maxFiles, tell } = this.#settings
    this.#sizeBytes = 0
    try {
      rotateFile(path, maxFiles)
    } catch (error) {
      tell(`the log ${path} cannot be set aside: ${messageOf(error)}. It is continued.`)
    }
    return new LogFile({ path, tell })
  }
}
