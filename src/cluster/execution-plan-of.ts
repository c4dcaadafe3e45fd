import { Worker } from 'node:worker_threads'
import { deserializeError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { PlanReply } from './plan-worker-entry.js'
import { namingArchive } from './program-archive.js'
import { programThreadError } from './program-thread-error.js'

const ENTRY = new URL('./plan-worker-entry.js', import.meta.url)

/** The plan of a program's first job as JSON; what the program prints meanwhile is not shown. */
export async function executionPlanOf(program: ProgramDescriptor): Promise<string> {
  const worker = new Worker(ENTRY, { workerData: program, stdout: true, stderr: true })
  worker.stdout.resume()
  worker.stderr.resume()
  try {
    return await new Promise<string>((resolve, reject) => {
      worker.once('message', (reply: PlanReply) => {
        if ('plan' in reply) resolve(reply.plan)
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
