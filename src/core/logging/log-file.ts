import { closeSync, openSync, writeSync } from 'node:fs'
import { messageOf } from '../errors/thrown-value.js'

/** How a log file reaches its disk; a double in tests. */
export interface LogDisk {
  open(path: string): number
  write(fd: number, text: string): void
  close?(fd: number): void
}

export interface LogFileSettings {
  readonly path: string
  /** For the user: once when lines begin to be lost, once when they are written again. */
  readonly tell: (text: string) => void
  readonly disk?: LogDisk
}

const LOCAL: LogDisk = {
  open: (path) => openSync(path, 'a'),
  write: (fd, text) => {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
  },
  close: closeSync,
}

/**
 * Where log lines are appended, each at once. A line that cannot be written is left out: the log is there for the job, and
 * never the other way round.
 */
export class LogFile {
  readonly #path: string
  readonly #tell: (text: string) => void
  readonly #disk: LogDisk
  #fd: number | undefined
  #lost = 0

  constructor({ path, tell, disk = LOCAL }: LogFileSettings) {
    this.#path = path
    this.#tell = tell
    this.#disk = disk
  }

  write(line: string): void {
    try {
      this.#fd ??= this.#disk.open(this.#path)
      // A part of the last lost line may stand there.
      this.#disk.write(this.#fd, this.#lost > 0 ? `\n${line}` : line)
    } catch (error) {
      this.#onLost(error)
      return
    }
    if (this.#lost > 0)
      this.#tell(`the log ${this.#path} is written again; ${String(this.#lost)} lines are missing in it.`)
    this.#lost = 0
  }

  /** What is written after it opens the file again. */
  close(): void {
    if (this.#fd !== undefined) this.#disk.close?.(this.#fd)
    this.#fd = undefined
  }

  #onLost(error: unknown): void {
    this.#lost += 1
    if (this.#lost > 1) return
    const reason = messageOf(error)
    this.#tell(
      `the log ${this.#path} cannot be written: ${reason}. Its lines are left out until it can be; the job goes on.`,
    )
  }
}
