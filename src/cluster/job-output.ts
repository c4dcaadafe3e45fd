import type { Writable } from 'node:stream'
import type { Worker } from 'node:worker_threads'
import { allocateOutputLocks, type OutputLockMemory } from '../core/io/output-lock.js'
import { StandardWritable } from '../core/io/standard-writable.js'

/** What the process of a job prints on its main thread: its own lines, and what the threads' `console.log` sends there. */
export class JobOutput {
  /** For the threads that print on their own. */
  readonly locks: OutputLockMemory = allocateOutputLocks()
  readonly standardOutput: Writable = new StandardWritable(process.stdout, this.locks.standardOutput)
  readonly standardError: Writable = new StandardWritable(process.stderr, this.locks.standardError)

  /** Takes over the streams of a worker that was made with `stdout` and `stderr`. */
  forward(worker: Worker): void {
    worker.stdout.on('data', (chunk: Buffer) => this.standardOutput.write(chunk))
    worker.stderr.on('data', (chunk: Buffer) => this.standardError.write(chunk))
  }

  /** Resolves when everything has been written, or cannot be. */
  async drained(): Promise<void> {
    await Promise.all([this.standardOutput, this.standardError].map(written))
  }
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
