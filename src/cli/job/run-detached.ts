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
import type { CliContext, JobContext } from '../arguments/cli-context.js'
import { printableLines } from '../terminal/printable-text.js'
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

interface DetachedJob {
  readonly jobId: string
  /** The file that takes its output. */
  readonly output: string
}

/** Runs the job in a process of its own and returns when the job is accepted. Its output goes to the log directory. */
export async function runDetached(request: RunRequest, context: CliContext): Promise<number> {
  const { jobId, output } = await submitDetached(request, context)
  context.answer({ jobId, output }, [submitted(jobId)])
  // For people: scripts compare what stands on both streams with what Flink prints, which is that line and nothing more.
  const isRead = process.stderr.isTTY || request.upgrade !== undefined
  if (isRead && !context.isJson && !context.isQuiet) context.printError(whereOutputGoes(output))
  return 0
}

/** The same for a job of which the command that starts it has more to say; resolves with its id. */
export async function startDetached(request: RunRequest, context: JobContext): Promise<string> {
  const { jobId, output } = await submitDetached(request, context)
  context.print(submitted(jobId))
  context.printError(whereOutputGoes(output))
  return jobId
}

function submitted(jobId: string): string {
  return `Job has been submitted with JobID ${jobId}`
}

function whereOutputGoes(file: string): string {
  return `Its output goes to ${file}\n`
}

async function submitDetached(request: RunRequest, context: JobContext): Promise<DetachedJob> {
  const directory = await logDirectoryOf(context)
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
  return { jobId: report.jobId, output: nameAfterJob(output.path, report.jobId) }
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
  const named = freeName(path.join(path.dirname(file), `flink-ts-${jobId}`))
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

async function logDirectoryOf(context: JobContext): Promise<string> {
  const configured = context.configuration.get(ClusterOptions.LOG_DIRECTORY)
  if (configured !== undefined) return configured
  const runDirectory = runDirectoryOf(context)
  await runDirectory.prepare()
  return path.join(runDirectory.path, 'log')
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
