import { Worker } from 'node:worker_threads'
import { deserializeError, type SerializedError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { threadWillEnd, watchEndOfThread } from '../core/process/ending-threads.js'
import type { TimerHandle } from '../core/time/clock.js'
import { durationText } from '../core/time/duration-text.js'
import { SystemClock } from '../core/time/system-clock.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import { namingArchive } from './program-archive.js'
import { programThreadError } from './program-thread-error.js'

/** What a thread says that runs a program up to its first execute(), or why it cannot; where it calls functions after that, that it begins to. */
export type ProgramReply<T> = { readonly result: T } | { readonly error: SerializedError } | { readonly opens: true }

/**
 * Runs the program in a thread that begins with `entry` and is given `workerData`; what the program prints meanwhile is not shown. Without `timeoutMs` it has all the
 * time that it takes.
 */
export async function replyOfProgram<T>(
  entry: URL,
  workerData: unknown,
  program: ProgramDescriptor,
  timeoutMs?: number,
): Promise<T> {
  const worker = new Worker(entry, { workerData, stdout: true, stderr: true })
  watchEndOfThread(worker)
  worker.stdout.resume()
  worker.stderr.resume()
  let timer: TimerHandle | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      if (timeoutMs !== undefined) {
        timer = new SystemClock().setTimer(timeoutMs, () => {
          const reason = `the program has not called execute() within ${durationText(timeoutMs)}`
          reject(new FlinkError('PROGRAM_MAIN_FAILED', { reason }))
        })
      }
      let when = 'before execute() was called'
      worker.on('message', (reply: ProgramReply<T>) => {
        if ('opens' in reply) when = 'when its functions were opened; --closed opens none'
        else if ('result' in reply) resolve(reply.result)
        else reject(deserializeError(namingArchive(reply.error, program)))
      })
      worker.once('error', (error) => {
        reject(programThreadError(error))
      })
      worker.once('exit', (code) => {
        const reason = `the program ended its process with exit code ${String(code)} ${when}`
        reject(new FlinkError('PROGRAM_MAIN_FAILED', { reason }))
      })
    })
  } finally {
    timer?.cancel()
    threadWillEnd(worker)
    await worker.terminate()
  }
}
