import { FlinkError } from '../../core/errors/flink-error.js'
import { allocateOutputLocks } from '../../core/io/output-lock.js'
import { StandardStream } from '../../core/io/standard-stream.js'

/**
 * What a command prints itself, at once. A reader that has gone (`list | head`) is no error: the command does its work and
 * says nothing more. A full disk is one, but not before the work is done.
 */
export class Terminal {
  readonly #output: StandardStream
  readonly #error: StandardStream
  #failure: FlinkError | undefined
  #isOpen = true

  constructor() {
    const locks = allocateOutputLocks()
    this.#output = new StandardStream(1, locks.standardOutput)
    this.#error = new StandardStream(2, locks.standardError)
  }

  /** False when nobody reads any more what is printed: a long answer need not go on. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  print(text: string): void {
    try {
      this.#output.writeBytes(Buffer.from(text))
    } catch (error) {
      if (!FlinkError.is(error)) throw error
      this.#isOpen = false
      if (error.code !== 'STDOUT_CLOSED') this.#failure ??= error
    }
  }

  /** Where nobody can be told, nobody is. */
  printError(text: string): void {
    try {
      this.#error.writeBytes(Buffer.from(text))
    } catch (error) {
      if (!FlinkError.is(error)) throw error
    }
  }

  /** Of the process: what was printed in part only is no success. */
  exitCode(ofCommand: number): number {
    if (this.#failure === undefined) return ofCommand
    this.printError(`${this.#failure.message}\n`)
    return ofCommand === 0 ? this.#failure.exitCode : ofCommand
  }
}
