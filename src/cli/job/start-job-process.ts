import path from 'node:path'
import { ClusterOptions } from '../../core/config/cluster-options.js'
import { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import type { FlinkError } from '../../core/errors/flink-error.js'
import { defaultFileSystems } from '../../filesystems/default-file-systems.js'
import { QuickLocalFileSystem } from '../../core/fs/quick-local-file-system.js'
import { LazyLogger, LEVELS } from '../../core/logging/lazy-logger.js'
import type { Logger } from '../../core/logging/logger.js'
import { createPinoLogger } from '../../core/logging/pino-logger.js'
import { SILENT_LOGGER } from '../../core/logging/silent-logger.js'
import { SystemRandom } from '../../core/random/system-random.js'
import type { Clock } from '../../core/time/clock.js'
import { SystemClock } from '../../core/time/system-clock.js'
import { RunDirectory } from '../../client/run-directory.js'
import type { JobStreams, JobThreads } from '../../cluster/job-threads.js'
import { JobProcess, type JobProcessInput, type JobProcessListener } from '../../cluster/job-process.js'
import { isRecoverable, type RecoverableJobSettings } from '../../cluster/recoverable-job.js'
import type { TakeOver } from '../../cluster/take-over.js'
import type { WebOrder } from '../../cluster/web-endpoint.js'
import { webOrderOf } from '../../cluster/web-order.js'
import { expandHome } from '../arguments/expand-home.js'
import { endFenced } from './end-fenced.js'
import { logNameOf } from '../../core/logging/log-names.js'
import { logDirectoryOf } from './log-files.js'
import { openProgram } from './open-program.js'
import { programFileOf } from './program-file.js'
import type { RunRequest } from './run-request.js'
import { packageVersion } from '../output/version.js'
import { messageOf } from '../../core/errors/thrown-value.js'

/** Where this process stands, and in whose place its job comes. */
export interface JobPlace extends Pick<JobStreams, 'printsTo'> {
  readonly workingDirectory: string
  readonly takeOver?: TakeOver | undefined
}

/** Checks the job file and makes this process its home; the job begins with `run()`. */
export async function startJobProcess(
  request: RunRequest,
  { workingDirectory, takeOver, printsTo }: JobPlace,
  threads: JobThreads,
  listener: JobProcessListener,
): Promise<{ readonly jobProcess: JobProcess; readonly cleanUp: () => Promise<void> }> {
  const configuration = Configuration.fromEntries(request.configuration)
  const directory = expandHome(configuration.get(ClusterOptions.RUN_DIRECTORY), workingDirectory)
  const runDirectory = new RunDirectory(directory, Date.now)
  const clock = new SystemClock()
  const logDirectory = logDirectoryOf(configuration, runDirectory, workingDirectory)
  const logger = loggerOf(configuration, logDirectory, clock, (text) => {
    listener.warning(text)
  })
  const snapshot = configuration.getOptional(SavepointOptions.SAVEPOINT_PATH)
  const allowNonRestoredState = configuration.get(SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE)
  const { entry, args, configuration: settings } = request
  const web =
    request.web && (await webOrderOf(request.web.configuration, workingDirectory, placeOfWeb(request, listener)))
  // The last that may be refused: from here on there are files to be removed.
  const { close, ...packaged } = await openProgram(request.jobFile, workingDirectory)
  const jobProcess = new JobProcess({
    program: { ...packaged, entry, args, configuration: settings },
    threads,
    recoverable: isRecoverable(configuration) ? recoverableSettings(request, workingDirectory, printsTo) : undefined,
    restore: { path: snapshot, allowNonRestoredState },
    takeOver,
    jobId: request.jobId,
    isSupervised: request.isSupervised,
    hasDied: request.hasDied,
    start: startOf(request, workingDirectory),
    web,
    runDirectory,
    version: packageVersion(),
    logDirectory,
    fileSystems: defaultFileSystems(configuration, { local: new QuickLocalFileSystem() }),
    clock,
    random: new SystemRandom(),
    logger,
    listener,
  })
  const cleanUp = async (): Promise<void> => {
    try {
      await close()
    } finally {
      await logger.flush()
    }
  }
  return { jobProcess, cleanUp }
}

/** For whoever is to start the program again. */
function startOf(request: RunRequest, workingDirectory: string): JobProcessInput['start'] {
  const { jobFile, web } = request
  const start = { jobFile, file: programFileOf(request), workingDirectory }
  return web === undefined ? start : { ...start, web: web.configuration }
}

function placeOfWeb({ web, upgrade, recovered }: RunRequest, listener: JobProcessListener): Omit<WebOrder, 'settings'> {
  const tell = (text: string): void => {
    listener.note(text)
  }
  return { replaces: upgrade?.jobId ?? recovered?.jobId, waits: web?.isTakenBack === true, tell }
}

function recoverableSettings(
  { jobFile, recovered, upgrade }: RunRequest,
  workingDirectory: string,
  printsTo: JobStreams['printsTo'],
): RecoverableJobSettings {
  const onFenced = (error: FlinkError): void => {
    // Standard output is free of the program where it is to have a document alone.
    endFenced(error, printsTo === 'error' ? 'as JSON' : 'as text')
  }
  return { jobFile, workingDirectory, recovered, takesPlace: upgrade !== undefined, onFenced }
}

/** Log lines go to a file: standard output belongs to the job, standard error to what the user must see. */
function loggerOf(
  configuration: Configuration,
  directory: string,
  clock: Clock,
  tell: (text: string) => void,
): LazyLogger {
  const name = configuration.get(ClusterOptions.LOG_LEVEL)
  const level = name === 'OFF' ? 'silent' : (LEVELS.find((candidate) => candidate === name.toLowerCase()) ?? 'warn')
  const destination = path.join(directory, logNameOf(process.pid))
  const make = (now: () => number): Promise<Logger> =>
    createPinoLogger({ level, destination, base: { pid: process.pid }, now, tell }).catch((error: unknown) => {
      const reason = messageOf(error)
      tell(`the log ${destination} cannot be written: ${reason}. The job goes on without it.`)
      return SILENT_LOGGER
    })
  return new LazyLogger({ level, clock, make })
}
