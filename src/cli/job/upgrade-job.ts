// Duty: puts a new job in the place of one that runs, in this order:
//
//   old job looked at -> new program checked -> loaded -> old job stopped with a savepoint -> new one begun -> all its tasks run
//
// Invariants: until the new job could begin at once the old one is not told anything; what goes wrong before leaves it alone.
// From the savepoint on one of the two runs: the new one, or, where that does not come to run, the old program again.
import { RECOVERY_ORIGIN } from '../../cluster/find-recoverable-job.js'
import { TakeOver } from '../../cluster/take-over.js'
import { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { JobStartInfo, TriggeredOperation } from '../../client/rest-cluster-client.js'
import type { BetweenJobs } from '../output/upgrade-lines.js'
import { isFileUnchanged } from './program-file.js'
import type { RunRequest, UpgradeOrder } from './run-request.js'

const WHERE = 'upgrade'
/** What the old job began from is of no interest any more. */
const OF_THE_START: readonly string[] = [
  SavepointOptions.SAVEPOINT_PATH,
  SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE,
  SavepointOptions.RESTORE_MODE,
].map(({ key }) => key)

/** The old job, seen from here. */
export interface OldJobClient {
  status(jobId: string): Promise<string>
  /** Undefined where its engine is too old to say. */
  startOf(jobId: string): Promise<JobStartInfo | undefined>
  triggerStop(
    jobId: string,
    request: { readonly targetDirectory: string | undefined; readonly drain: boolean },
  ): Promise<TriggeredOperation>
  /** Waits as long as it takes: whoever gives up would not know which job is to run. */
  awaitStop(triggered: TriggeredOperation): Promise<string>
}

export interface UpgradeServices {
  readonly client: OldJobClient
  /** Throws where the program would not go on from the state of the old job as it is. */
  readonly check: () => Promise<void>
  /** Runs the new program in this process; resolves with its exit code when it and its jobs have ended. */
  readonly launch: (takeOver: TakeOver) => Promise<number>
  /** Runs the old program again, in a process of its own. Resolves with the id of its job, once that is submitted. */
  readonly startAgain: (request: RunRequest, workingDirectory: string) => Promise<string>
  readonly monotonicMs: () => number
  readonly print: (line: string) => void
  readonly printError: (line: string) => void
  /** Of no interest with --quiet. */
  readonly tell: (line: string) => void
  /** Undefined: one of the two jobs runs. */
  readonly between: (place: BetweenJobs | undefined) => void
}

/** The new job runs. */
export interface Upgraded {
  readonly jobId: string
  /** Of the old one, from which it began. */
  readonly savepoint: string
  /** Of the new program, when it and its jobs have ended. */
  readonly exitCode: Promise<number>
}

export async function upgradeJob(
  upgrade: UpgradeOrder,
  request: RunRequest,
  services: UpgradeServices,
): Promise<Upgraded> {
  const { jobId } = upgrade
  const takeOver = new TakeOver()
  const { client, monotonicMs } = services
  const start = await orLeftAlone(jobId, async () => {
    const found = await startOfOld(upgrade, client)
    for (const line of notesOn(found, jobId, request)) services.printError(line)
    await services.check()
    return found
  })
  const launched = services.launch(takeOver)
  const ended = launched.then((exitCode) => {
    throw new FlinkError('UPGRADE_WITHOUT_JOB', { exitCode })
  })
  // It is told by whoever waits for the job.
  void Promise.allSettled([ended])
  await orLeftAlone(jobId, () => Promise.race([takeOver.isReady, ended]))
  const stopAtMs = monotonicMs()
  const comesBack = start !== undefined
  services.between({ savepoint: undefined, comesBack })
  const savepoint = await stopOld(upgrade, services).catch(async (cause: unknown) => {
    services.between(undefined)
    takeOver.giveUp(new FlinkError('UPGRADE_GIVEN_UP', { jobId }))
    await Promise.allSettled([launched])
    throw cause
  })
  const stoppedAtMs = monotonicMs()
  services.between({ savepoint, comesBack })
  takeOver.beginFrom(savepoint)
  services.print(`Savepoint completed. Path: ${savepoint}`)
  let newId: string
  try {
    newId = await Promise.race([takeOver.isRunning, ended])
  } catch (cause) {
    const failure = await comeBack({ jobId, savepoint, start, cause }, services)
    services.between(undefined)
    await Promise.allSettled([launched])
    throw failure
  }
  const runsAtMs = monotonicMs()
  services.between(undefined)
  services.tell(
    `Job ${jobId} was stopped, and job ${newId} runs in its place. Pause: ${milliseconds(runsAtMs - stopAtMs)} ` +
      `(${milliseconds(stoppedAtMs - stopAtMs)} until the old one had stopped with its savepoint, ` +
      `${milliseconds(runsAtMs - stoppedAtMs)} until all tasks of the new one ran).`,
  )
  return { jobId: newId, savepoint, exitCode: launched }
}

async function orLeftAlone<T>(jobId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new FlinkError('UPGRADE_NOT_BEGUN', { jobId }, { cause })
  }
}

/** How its program is started again, where it can be. */
async function startOfOld(
  { jobId, isWithoutReturn }: UpgradeOrder,
  client: OldJobClient,
): Promise<JobStartInfo | undefined> {
  const state = await client.status(jobId)
  if (state !== 'RUNNING') throw new FlinkError('JOB_NOT_RUNNING', { jobId, state })
  const start = await client.startOf(jobId)
  if (start !== undefined && start.jobs > 1) throw new FlinkError('UPGRADE_SEVERAL_JOBS', { jobId, jobs: start.jobs })
  if (start !== undefined && isFileUnchanged(start)) return start
  if (isWithoutReturn) return undefined
  throw new FlinkError('UPGRADE_WITHOUT_RETURN', { reason: whyNotAgain(start, jobId) })
}

function whyNotAgain(start: JobStartInfo | undefined, jobId: string): string {
  if (start === undefined) return `the flink-ts that runs job ${jobId} does not say how it was started`
  if (start.file !== null) return `${start.jobFile} is not what it was when job ${jobId} was started`
  return `${start.jobFile} could not be looked at when job ${jobId} was started, or is the copy of a recovered job, which goes with it`
}

async function stopOld({ jobId, savepointDirectory }: UpgradeOrder, { client }: UpgradeServices): Promise<string> {
  let triggered: TriggeredOperation
  try {
    triggered = await client.triggerStop(jobId, { targetDirectory: savepointDirectory, drain: false })
  } catch (cause) {
    if (!mayHaveHeard(cause)) throw new FlinkError('UPGRADE_NOT_BEGUN', { jobId }, { cause })
    throw new FlinkError('UPGRADE_STOP_FAILED', { jobId, state: 'told to stop, and may still do so' }, { cause })
  }
  try {
    return await client.awaitStop(triggered)
  } catch (cause) {
    const state = await client
      .status(jobId)
      .catch((error: unknown) => `not known to run any more (${messageOf(error).replace(/\.$/, '')})`)
    throw new FlinkError('UPGRADE_STOP_FAILED', { jobId, state }, { cause })
  }
}

/** Where the connection broke; that of a job whose process died since is the cause of what says so. */
function mayHaveHeard(error: unknown): boolean {
  if (!FlinkError.is(error)) return false
  const broken = FlinkError.is(error.cause, 'CONTROL_SOCKET_FAILED') ? error.cause : error
  return FlinkError.is(broken, 'JOB_UNRESPONSIVE') || FlinkError.is(broken, 'CONTROL_SOCKET_FAILED')
}

interface FailedStart {
  readonly jobId: string
  readonly savepoint: string
  readonly start: JobStartInfo | undefined
  readonly cause: unknown
}

/** What the upgrade fails with, once the old program runs again or could not be started. */
async function comeBack(
  { jobId, savepoint, start, cause }: FailedStart,
  { startAgain, printError }: UpgradeServices,
): Promise<FlinkError> {
  if (start === undefined)
    return new FlinkError('UPGRADE_LOST', { jobId, savepoint, reason: 'as was asked for' }, { cause })
  printError('The new program did not start. The old one is started again from the savepoint.')
  try {
    const again = await startAgain(requestAgain(start, savepoint), start.workingDirectory)
    return new FlinkError('UPGRADE_TAKEN_BACK', { jobId, again, savepoint }, { cause })
  } catch (error) {
    const reason = `it could not be started: ${messageOf(error)}`
    return new FlinkError('UPGRADE_LOST', { jobId, savepoint, reason }, { cause })
  }
}

/** As it was first, but for where it begins. The savepoint is its user's, whoever owned what it began from then. */
function requestAgain(start: JobStartInfo, savepoint: string): RunRequest {
  const { jobFile, entry, args, web } = start
  const configuration = Configuration.fromEntries(start.configuration)
  configuration.set(SavepointOptions.SAVEPOINT_PATH, savepoint, WHERE)
  configuration.set(SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, false, WHERE)
  configuration.set(SavepointOptions.RESTORE_MODE, 'NO_CLAIM', WHERE)
  return {
    jobFile,
    entry: entry ?? undefined,
    args,
    configuration: configuration.toEntries(),
    web: web && { configuration: web, isTakenBack: true },
  }
}

/** What a user who looks for the difference wants to know; of files both have the same. */
function notesOn(start: JobStartInfo | undefined, jobId: string, request: RunRequest): string[] {
  const missing = Object.entries(start?.configuration ?? {})
    .filter(([key, entry]) => isOfCommandLine(entry) && !OF_THE_START.includes(key))
    .filter(([key]) => request.configuration[key] === undefined)
    .map(([key]) => key)
  const lost =
    start?.web === undefined || request.web !== undefined
      ? []
      : [`Job ${jobId} is reached over TCP; without --web the new one is not.`]
  if (missing.length === 0) return lost
  return [...lost, `Job ${jobId} was started with ${missing.join(', ')}, which the new one was not given.`]
}

/** What a recovered job was started with is not there any more: high availability was asked for once, and is to be asked for again. */
function isOfCommandLine(entry: JobStartInfo['configuration'][string]): boolean {
  return typeof entry === 'object' && (entry.origin.startsWith('-') || entry.origin === RECOVERY_ORIGIN)
}

function milliseconds(ms: number): string {
  return `${String(Math.round(ms))} ms`
}
