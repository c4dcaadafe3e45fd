import { closeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { ClusterOptions } from '../../core/config/cluster-options.js'
import { deserializeError } from '../../core/errors/error-codec.js'
import { removeTree } from '../../core/fs/remove-tree.js'
import { startOfProcess } from '../../core/process/process-start.js'
import { SystemClock } from '../../core/time/system-clock.js'
import type { CliContext, JobContext } from '../arguments/cli-context.js'
import { printableLines } from '../terminal/printable-text.js'
import { nameAfterJob, openOutput, startDetachedProcess, type Submission } from './detached-process.js'
import type { DetachedLine } from './detached-report.js'
import { logDirectoryOf } from './log-files.js'
import { awaitRunningJob } from '../../client/job-waits.js'
import { besideAnswer } from './beside-answer.js'
import { clusterServicesOf, runDirectoryOf } from './rest-cluster-client-of.js'
import type { RunRequest } from './run-request.js'
import { withProgress } from '../output/progress.js'
import { tellingOfDelay } from '../output/telling-of-delay.js'

const SUBMISSION = 'the program to submit its first job: main has not called execute() yet'
/** In the place of the id of a job, of a program that has returned without one. */
const NONE = 'none'

interface DetachedJob {
  readonly jobId: string
  readonly pid: number
  /** The file that takes its output. */
  readonly output: string
  /** Of an upgrade: what it began from. */
  readonly savepoint: string | undefined
}

/** Runs the job in a process of its own and returns when the job is accepted. Its output goes to the log directory. */
export async function runDetached(
  request: RunRequest,
  context: CliContext,
  awaited: 'submission' | 'running' = 'submission',
): Promise<number> {
  const job = await submitDetached(request, besideAnswer(context))
  const { jobId, output, savepoint } = job
  const { upgrade } = request
  const waits = awaited === 'running' && jobId !== NONE
  if (waits) context.tell(submitted(jobId))
  const state = waits ? await runningState(job, context) : undefined
  context.answer(
    {
      jobId: jobId === NONE ? null : jobId,
      output,
      ...(state !== undefined && { state }),
      ...(upgrade !== undefined && { stoppedJobId: upgrade.jobId, savepoint }),
    },
    [
      ...(waits && !context.isQuiet ? [] : [submitted(jobId)]),
      ...(state === undefined ? [] : [`All tasks of job ${jobId} run: it is ${state}.`]),
    ],
  )
  // For people: scripts compare what stands on both streams with what Flink prints, which is that line and nothing more.
  const isRead = process.stderr.isTTY || request.upgrade !== undefined
  if (isRead && !context.isJson && !context.isQuiet) context.printError(whereOutputGoes(output))
  return 0
}

async function runningState({ jobId, pid, output }: DetachedJob, context: CliContext): Promise<string> {
  const services = clusterServicesOf(context)
  const known = { jobId, pid, processStart: await startOfProcess(pid) }
  return withProgress('waiting for all tasks to run', context, () => awaitRunningJob(known, output, services))
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
  const directory = await preparedLogDirectory(context)
  const output = await openOutput(directory)
  let submission: Submission
  try {
    const { workingDirectory, print, printError } = context
    const onLine = ({ stream, line }: DetachedLine): void => {
      if (stream === 'stdout') print(line)
      else printError(line)
    }
    const working = startDetachedProcess(request, { workingDirectory, output, onLine })
    submission = await (request.upgrade === undefined
      ? tellingOfDelay(SUBMISSION, working, new SystemClock(), context)
      : working)
  } finally {
    closeSync(output.descriptor)
  }
  const { report, pid } = submission
  for (const warning of report.warnings) context.printError(context.diagnostics.warning(warning))
  if (!context.isQuiet) for (const note of report.notes) context.printError(`${printableLines(note)}\n`)
  if (report.error !== undefined) {
    await showAndRemove(output.path, context)
    throw deserializeError(report.error)
  }
  const { jobId, savepoint } = report
  return { jobId, pid, output: nameAfterJob(output.path, jobId), savepoint }
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

async function preparedLogDirectory(context: JobContext): Promise<string> {
  const { configuration, workingDirectory } = context
  const runDirectory = runDirectoryOf(context)
  if (configuration.get(ClusterOptions.LOG_DIRECTORY) === undefined) await runDirectory.prepare()
  return logDirectoryOf(configuration, runDirectory, workingDirectory)
}
