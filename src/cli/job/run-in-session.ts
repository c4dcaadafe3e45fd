import { randomBytes } from 'node:crypto'
import { constants } from 'node:os'
import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { SessionRestClient } from '../../client/session-rest-client.js'
import { SessionPrograms, type RunOrder, type SessionJobResult } from '../../client/session-programs.js'
import { ClientOptions } from '../../core/config/client-options.js'
import { SystemClock } from '../../core/time/system-clock.js'
import { openPackagedProgram } from '../../graph/packaged-program.js'
import type { CliContext } from '../arguments/cli-context.js'
import { tellingOfDelay } from '../output/telling-of-delay.js'
import { withProgress } from '../output/progress.js'
import { sessionJobDocument, sessionJobLines } from '../output/session-job.js'
import { printable } from '../terminal/printable-text.js'
import { runOrderOf } from './run-order.js'
import type { RunRequest } from './run-request.js'
import { sessionHeartbeats } from './session-heartbeats.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { durationText } from '../../core/time/duration-text.js'

const SUBMISSION = 'the program to submit its first job: main has not called execute() yet'
const PROGRAM_END = 'the program to end: its job has finished, and main goes on'
const ARCHIVE = /\.(?:tgz|tar\.gz|tar)$/i
/** Exit codes of a process that a signal ended, as shells count. */
const KILLED_BY_SIGNAL = 128
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
const CANCEL_TIMEOUT_MS = 1000

export interface SessionRun {
  readonly session: SessionRestClient
  /** The command ends before the job: when that is accepted, or when all of its tasks run. */
  readonly returns: 'submitted' | 'running' | 'ended'
  /** The job ends with the command (`-sae`). */
  readonly endsWithCommand: boolean
}

interface Interruption {
  readonly signal: (typeof SIGNALS)[number]
}

/** Has a session run the program; its main runs there. Returns the exit code. */
export async function runInSession(request: RunRequest, run: SessionRun, context: CliContext): Promise<number> {
  const { session, endsWithCommand } = run
  const waiting = new AbortController()
  const { signal } = waiting
  const programs = new SessionPrograms(session, { sleep: (ms) => setTimeout(ms, undefined, { signal }), signal })
  // Chosen here, so that whoever has no answer can ask again, or end what may have begun.
  const order = runOrderOf(request, { jobId: randomBytes(16).toString('hex'), session, context })
  const { interrupted, stopListening } = interruptions()
  const submission: Submission = { run, order, context, isAccepted: false }
  const work = submitAndWait(programs, request, submission)
  try {
    const outcome = await Promise.race([work, interrupted])
    if (typeof outcome === 'number') return outcome
    waiting.abort()
    // Its end, whatever it is, is awaited so that nothing of it is left; nobody asks for it any more.
    await Promise.allSettled([work])
    // Whoever gives up while main runs wants no job; main goes on in the session, and may come to one.
    if (endsWithCommand || !submission.isAccepted) await cancelInSession(session, order.jobId)
    else if (process.stderr.isTTY && !context.isQuiet) {
      context.printError(`The job goes on in the session ${printable(session.url)}: ${order.jobId}\n`)
    }
    return KILLED_BY_SIGNAL + constants.signals[outcome.signal]
  } finally {
    stopListening()
  }
}

/** At the end of a command a job is told to end, and no more. */
async function cancelInSession(session: SessionRestClient, jobId: string): Promise<void> {
  const call = { method: 'PATCH', path: `/jobs/${jobId}?mode=cancel` } as const
  await Promise.allSettled([session.call(call, CANCEL_TIMEOUT_MS)])
}

interface Submission {
  readonly run: SessionRun
  readonly order: RunOrder
  readonly context: CliContext
  /** The session has the job. */
  isAccepted: boolean
}

async function submitAndWait(programs: SessionPrograms, request: RunRequest, submission: Submission): Promise<number> {
  const { run, order, context } = submission
  const { jobId } = order
  const { session, returns } = run
  const hasJob = await submit(programs, request, order, context)
  submission.isAccepted = true
  if (!hasJob) {
    context.answer(returns === 'ended' ? { jobs: [], exitCode: 0 } : { jobId: null, session: session.url }, [])
    return 0
  }
  const submitted = `Job has been submitted with JobID ${jobId}`
  if (returns === 'submitted') {
    context.answer({ jobId, session: session.url }, [submitted])
    return 0
  }
  context.tell(submitted)
  if (returns === 'running') {
    const state = await withProgress('waiting for all tasks to run', context, () => running(programs, jobId, context))
    context.answer({ jobId, session: session.url, state }, [
      `All tasks of job ${jobId} run: it is ${printable(state)}.`,
    ])
    return 0
  }
  const stopBeating = run.endsWithCommand ? heartbeats(programs, jobId, context) : undefined
  try {
    const result = await programs.result(jobId)
    await programEnded(programs, result, context)
    context.answer({ jobs: [sessionJobDocument(result)], exitCode: 0 }, sessionJobLines(result))
    return 0
  } finally {
    stopBeating?.()
  }
}

/** A program that fails after its job has: what came of the job is told first, as where main runs in the command. */
async function programEnded(programs: SessionPrograms, result: SessionJobResult, context: CliContext): Promise<void> {
  try {
    await tellingOfDelay(PROGRAM_END, programs.programEnd(result.jobId), new SystemClock(), context)
  } catch (error) {
    for (const line of sessionJobLines(result)) context.tell(line)
    throw error
  }
}

async function submit(
  programs: SessionPrograms,
  request: RunRequest,
  order: RunOrder,
  context: CliContext,
): Promise<boolean> {
  const { path, name, remove } = await packed(request.jobFile, context)
  try {
    const working = programs.run({ path, name }, order)
    return await tellingOfDelay(SUBMISSION, working, new SystemClock(), context)
  } finally {
    await remove()
  }
}

interface FileToSend {
  readonly path: string
  readonly name: string
  readonly remove: () => Promise<void>
}

/** What is wrong with the file is told as of every other run. */
async function packed(jobFile: string, context: CliContext): Promise<FileToSend> {
  if (ARCHIVE.test(jobFile)) return { path: jobFile, name: basename(jobFile), remove: () => Promise.resolve() }
  const { workingDirectory } = context
  await openPackagedProgram({ path: jobFile, workingDirectory, unpackDirectory: '' })
  const { packProgram } = await import('../packing/pack-program.js')
  const { unknown, ...file } = await packProgram(jobFile)
  for (const place of unknown) {
    const what = `${printable(place)}: what is imported or opened there only the run can tell. Where it is a file beside the program, it is missing in the session.`
    context.printError(context.diagnostics.warning(what))
  }
  return file
}

async function running(programs: SessionPrograms, jobId: string, context: CliContext): Promise<string> {
  const timeoutMs = context.configuration.get(ClientOptions.CLIENT_TIMEOUT)
  const begin = performance.now()
  let hasTime = true
  const isInTime = (): boolean => {
    hasTime = performance.now() - begin < timeoutMs
    return hasTime
  }
  const state = await programs.running(jobId, isInTime)
  if (state === 'FINISHED') await programs.programEnd(jobId, isInTime)
  if (hasTime || state === 'FINISHED') return state
  const awaited = 'RUNNING with all of its tasks'
  throw new FlinkError('JOB_WAIT_TIMED_OUT', { jobId, awaited, state, timeout: durationText(timeoutMs) })
}

/** The session cancels the job when it has not heard of the command for so long, however that ended. */
function heartbeats(programs: SessionPrograms, jobId: string, { configuration }: CliContext): () => void {
  const timeoutMs = configuration.get(ClientOptions.HEARTBEAT_TIMEOUT)
  const intervalMs = configuration.get(ClientOptions.HEARTBEAT_INTERVAL)
  const beat = (until: number): Promise<void> => programs.heartbeat(jobId, until, timeoutMs / 2)
  return sessionHeartbeats(beat, { intervalMs, timeoutMs }, new SystemClock())
}

function interruptions(): { readonly interrupted: Promise<Interruption>; readonly stopListening: () => void } {
  let stopListening = (): void => undefined
  const interrupted = new Promise<Interruption>((resolve) => {
    const listeners = SIGNALS.map((signal) => {
      const listener = (): void => {
        resolve({ signal })
      }
      process.once(signal, listener)
      return () => process.off(signal, listener)
    })
    stopListening = () => {
      for (const remove of listeners) remove()
    }
  })
  return { interrupted, stopListening }
}
