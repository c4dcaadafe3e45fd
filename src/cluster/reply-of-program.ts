import { Worker } from 'node:worker_threads'
import { deserializeError, type SerializedError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import { namingArchive } from './program-archive.js'
import { programThreadError } from './program-thread-error.js'

/** What a thread says that runs a program up to its first execute(), or why it cannot. */
export type ProgramReply<T> = { readonly result: T } | { readonly error: SerializedError }

/**
 * Runs the program in a thread that begins with `entry` and is given `workerData`; what the program prints meanwhile is not shown.
 */
export async function replyOfProgram<T>(entry: URL, workerData: unknown, program: ProgramDescriptor): Promise<T> {
  const worker = new Worker(entry, { workerData, stdout: true, stderr: true })
  worker.stdout.resume()
  worker.stderr.resume()
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.once('message', (reply: ProgramReply<T>) => {
        if ('result' in reply) resolve(reply.result)
        else reject(deserializeError(namingArchive(reply.error, program)))
      })
      worker.once('error', (error) => {
        reject(programThreadError(error))
      })
      worker.once('exit', (code) => {
        const reason = `the program ended its process with exit code ${String(code)} before execute() was called`
        reject(new FlinkError('PROGRAM_MAIN_FAILED', { reason }))
      })
    })
  } finally {
    await worker.terminate()
  }
}
