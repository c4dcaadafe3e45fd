import { spawn } from 'node:child_process'
import { openSync, closeSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClusterOptions } from '../core/config/cluster-options.js'
import { deserializeError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { CliContext } from './cli-context.js'
import type { DetachedReport } from './detached-entry.js'
import { runDirectoryOf } from './rest-cluster-client-of.js'
import type { RunRequest } from './run-request.js'

const ENTRY = new URL('./detached-entry.js', import.meta.url)

/** Runs the job in a process of its own and returns when the job is accepted. Its output goes to the log directory. */
export async function runDetached(request: RunRequest, context: CliContext): Promise<number> {
  const directory =
    context.configuration.get(ClusterOptions.LOG_DIRECTORY) ?? path.join(runDirectoryOf(context).path, 'log')
  mkdirSync(directory, { recursive: true })
  const outputFile = path.join(directory, `flink-ts-detached-${String(process.pid)}.out`)
  const output = openSync(outputFile, 'a')
  let report: DetachedReport
  try {
    report = await spawnAndWait(request, output)
  } finally {
    closeSync(output)
  }
  for (const warning of report.warnings) context.printError(`WARNING: ${warning}\n`)
  if (report.error !== undefined) throw deserializeError(report.error)
  const finalFile = path.join(directory, `flink-ts-${report.jobId}.out`)
  renameSync(outputFile, finalFile)
  context.print(`Job has been submitted with JobID ${report.jobId}`)
  return 0
}

function spawnAndWait(request: RunRequest, output: number): Promise<DetachedReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(ENTRY)], {
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    })
    child.once('message', (report: DetachedReport) => {
      child.disconnect()
      child.unref()
      resolve(report)
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      const reason = `the detached process ended with code ${String(code)} before the job was submitted`
      reject(new FlinkError('INTERNAL_ERROR', { reason }))
    })
    child.send(request)
  })
}
