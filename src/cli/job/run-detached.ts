import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, renameSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClusterOptions } from '../../core/config/cluster-options.js'
import { deserializeError } from '../../core/errors/error-codec.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { makeDirectories } from '../../core/fs/make-directories.js'
import { removeTree } from '../../core/fs/remove-tree.js'
import { SystemClock } from '../../core/time/system-clock.js'
import type { JobContext } from '../arguments/cli-context.js'
import { printableLines } from '../terminal/printable-text.js'
import { logDirectoryOf, outputNameOf } from './log-files.js'
import type { DetachedLine, DetachedReport } from './detached-report.js'
import { runDirectoryOf } from './rest-cluster-client-of.js'
import type { RunRequest } from './run-request.js'
import { tellingOfDelay } from '../output/telling-of-delay.js'

const SUBMISSION = 'the program to submit its first job: main has not called execute() yet'
const ENTRY = new URL('../detached-entry.js', import.meta.url)

/** The file that takes what the detached process prints. */
interface OutputFile {
  readonly path: string
  readonly descriptor: number
}

/** Runs the job in a process of its own and returns when the job is accepted. Its output goes to the log directory. */
export async function runDetached(request: RunRequest, context: JobContext): Promise<number> {
  await startDetached(request, context)
  return 0
}

/** The same; resolves with the id of the job. */
export async function startDetached(request: RunRequest, context: JobContext): Promise<string> {
  const directory = await preparedLogDirectory(context)
  const output = await openOutput(directory)
  let report: DetachedReport
  try {
    const working = spawnAndWait(request, output, context)
    report = await (request.upgrade === undefined
      ? tellingOfDelay(SUBMISSION, working, new SystemClock(), context)
      : working)
  } finally {
    closeSync(output.descriptor)
  }
  for (const warning of report.warnings) context.printError(context.diagnostics.warning(warning))
  for (const note of report.notes) context.printError(`${printableLines(note)}\n`)
  if (report.error !== undefined) {
    await showAndRemove(output.path, context)
    throw deserializeError(report.error)
  }
  context.print(`Job has been submitted with JobID ${report.jobId}`)
  // On standard error: scripts read what Flink prints on standard output, which is that line and nothing more.
  context.printError(`Its output goes to ${nameAfterJob(output.path, report.jobId)}\n`)
  return report.jobId
}

/** There is no job that the file would belong to: what the program printed is shown here. */
async function showAndRemove(file: string, context: JobContext): Promise<void> {
  try {
    const printed = await readFile(file, 'utf8')
    if (printed !== '') context.print(printed.replace(/\n$/, ''))
    await removeTree(file)
  } catch {
    // Why there is no job matters more.
    context.printError(`Its output is in ${file}\n`)
  }
}

/** Returns where the output goes from here on. The job runs: that its file keeps its first name is no failure. */
function nameAfterJob(file: string, jobId: string): string {
  const named = freeName(path.join(path.dirname(file), outputNameOf(jobId)))
  try {
    renameSync(file, named)
    return named
  } catch {
    return file
  }
}

/** What a job printed in an earlier process, before it was recovered, stays. */
function freeName(begin: string): string {
  let name = `${begin}.out`
  for (let number = 2; existsSync(name); number += 1) name = `${begin}-${String(number)}.out`
  return name
}

async function preparedLogDirectory(context: JobContext): Promise<string> {
  const { configuration, workingDirectory } = context
  const runDirectory = runDirectoryOf(context)
  if (configuration.get(ClusterOptions.LOG_DIRECTORY) === undefined) await runDirectory.prepare()
  return logDirectoryOf(configuration, runDirectory, workingDirectory)
}

async function openOutput(directory: string): Promise<OutputFile> {
  const file = path.join(directory, `flink-ts-detached-${String(process.pid)}.out`)
  try {
    await makeDirectories(directory)
    return { path: file, descriptor: openSync(file, 'a') }
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('LOG_DIRECTORY_UNUSABLE', { path: directory, reason }, { cause: error })
  }
}

function spawnAndWait(request: RunRequest, output: OutputFile, context: JobContext): Promise<DetachedReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(ENTRY)], {
      cwd: context.workingDirectory,
      detached: true,
      stdio: ['ignore', output.descriptor, output.descriptor, 'ipc'],
    })
    child.on('message', (message: DetachedReport | DetachedLine) => {
      if ('line' in message) {
        const { stream, line } = message
        if (stream === 'stdout') context.print(line)
        else context.printError(line)
        return
      }
      child.disconnect()
      child.unref()
      resolve(message)
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      const ended = `the detached process ended with code ${String(code)} before the job was submitted`
      reject(new FlinkError('INTERNAL_ERROR', { reason: `${ended}; its output is in ${output.path}` }))
    })
    child.send(request)
  })
}
