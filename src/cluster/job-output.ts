import type { Writable } from 'node:stream'
import type { FlinkError } from '../core/errors/flink-error.js'
import { allocateOutputLocks, type OutputLockMemory } from '../core/io/output-lock.js'
import { allocateStandardInput, releaseStandardInput } from '../core/io/standard-input.js'
import { StandardWritable } from '../core/io/standard-writable.js'
import type { ThreadStreamMemory } from '../core/io/thread-streams.js'

/** Where the program of a job and its functions print: `error` where standard output belongs to the command alone. */
export type PrintsTo = 'output' | 'error'

/** The standard streams of a job's process: what its threads share of them, and what its main thread prints. */
export class JobOutput {
  /** For the threads: each prints and reads on its own. */
  readonly memory: ThreadStreamMemory
  readonly standardOutput: Writable
  /** What cannot be written there is left out: there is nobody left to tell. */
  readonly standardError: Writable
  #failure: FlinkError | undefined

  constructor(standardInput: 'readable' | 'refused', printsTo: PrintsTo = 'output') {
    const outputLocks = locksOf(printsTo)
    const outputDescriptor = printsTo === 'output' ? 1 : 2
    this.memory = { outputLocks, outputDescriptor, standardInput: allocateStandardInput(standardInput) }
    // A reader that has gone does not want the lines of the command any more; the job may have other work to do.
    this.standardOutput = new StandardWritable(1, outputLocks.standardOutput, (error) => {
      if (error.code !== 'STDOUT_CLOSED') this.lost(error)
    })
    this.standardError = new StandardWritable(2, outputLocks.standardError, () => undefined)
  }

  /** Why lines are missing on standard output, though the job did not fail by it. */
  get failure(): FlinkError | undefined {
    return this.#failure
  }

  /** Lines of the command or of main could not be written; said once. */
  lost(error: FlinkError): void {
    if (this.#failure === undefined) this.standardError.write(`WARNING: ${error.message}\n`)
    this.#failure ??= error
  }

  threadEnded(threadId: number): void {
    releaseStandardInput(this.memory.standardInput, threadId)
  }

  /** Resolves when everything has been written, or cannot be. */
  async drained(): Promise<void> {
    await Promise.all([this.standardOutput, this.standardError].map(written))
  }
}

/** What goes to one place has one lock. */
function locksOf(printsTo: PrintsTo): OutputLockMemory {
  const locks = allocateOutputLocks()
  return printsTo === 'output' ? locks : { ...locks, standardOutput: locks.standardError }
}

function written(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve()
    else
      stream.write('', () => {
        resolve()
      })
  })
}
