import { ClusterOptions } from '../../core/config/cluster-options.js'
import { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { defaultFileSystems } from '../../core/fs/default-file-systems.js'
import type { Logger, LogFields } from '../../core/logging/logger.js'
import { createPinoLogger, type LogLevel } from '../../core/logging/pino-logger.js'
import { SILENT_LOGGER } from '../../core/logging/silent-logger.js'
import { SystemRandom } from '../../core/random/system-random.js'
import { SystemClock } from '../../core/time/system-clock.js'
import { RunDirectory } from '../../client/run-directory.js'
import type { JobThreads } from '../../cluster/job-threads.js'
import { JobProcess, type JobProcessListener } from '../../cluster/job-process.js'
import { expandHome } from '../arguments/expand-home.js'
import { openProgram } from './open-program.js'
import type { RunRequest } from './run-request.js'
import { packageVersion } from '../output/version.js'
import { messageOf } from '../../core/errors/thrown-value.js'

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

/** Checks the job file and makes this process its home; the job begins with `run()`. */
export async function startJobProcess(
  request: RunRequest,
  workingDirectory: string,
  threads: JobThreads,
  listener: JobProcessListener,
): Promise<{ readonly jobProcess: JobProcess; readonly cleanUp: () => Promise<void> }> {
  const configuration = Configuration.fromEntries(request.configuration)
  const directory = expandHome(configuration.get(ClusterOptions.RUN_DIRECTORY), workingDirectory)
  const runDirectory = new RunDirectory(directory, Date.now)
  const logger = loggerOf(configuration, runDirectory, (text) => {
    listener.warning(text)
  })
  const path = configuration.getOptional(SavepointOptions.SAVEPOINT_PATH)
  const allowNonRestoredState = configuration.get(SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE)
  const { entry, args, configuration: settings } = request
  // The last that may be refused: from here on there are files to be removed.
  const { close, ...packaged } = await openProgram(request.jobFile, workingDirectory)
  const jobProcess = new JobProcess({
    program: { ...packaged, entry, args, configuration: settings },
    threads,
    restore: { path, allowNonRestoredState },
    runDirectory,
    version: packageVersion(),
    fileSystems: defaultFileSystems(),
    clock: new SystemClock(),
    random: new SystemRandom(),
    logger,
    listener,
  })
  return { jobProcess, cleanUp: close }
}

/** Log lines go to a file: standard output belongs to the job, standard error to what the user must see. */
function loggerOf(configuration: Configuration, runDirectory: RunDirectory, tell: (text: string) => void): Logger {
  const name = configuration.get(ClusterOptions.LOG_LEVEL)
  if (name === 'OFF') return SILENT_LOGGER
  const level = LEVELS.find((candidate) => candidate === name.toLowerCase()) ?? 'warn'
  const directory = configuration.get(ClusterOptions.LOG_DIRECTORY) ?? `${runDirectory.path}/log`
  const destination = `${directory}/flink-ts-${String(process.pid)}.log`
  const make = (): Promise<Logger> => createPinoLogger({ level, destination, base: { pid: process.pid }, tell })
  return lazyLogger(level, () =>
    make().catch((error: unknown) => {
      const reason = messageOf(error)
      tell(`the log ${destination} cannot be written: ${reason}. The job goes on without it.`)
      return SILENT_LOGGER
    }),
  )
}

/** pino takes 20 ms to load and most runs have nothing to log: it is made with the first line that is to be written. */
function lazyLogger(threshold: LogLevel, make: () => Promise<Logger>): Logger {
  let logger: Promise<Logger> | undefined
  const write = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: LogFields): void => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(threshold)) return
    logger ??= make()
    void logger.then((log) => {
      log[level](message, fields)
    })
  }
  return {
    debug: (message, fields) => {
      write('debug', message, fields)
    },
    info: (message, fields) => {
      write('info', message, fields)
    },
    warn: (message, fields) => {
      write('warn', message, fields)
    },
    error: (message, fields) => {
      write('error', message, fields)
    },
  }
}
