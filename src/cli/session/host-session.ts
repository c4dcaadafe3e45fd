import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { RunDirectory } from '../../client/run-directory.js'
import { ClosingStack } from '../../cluster/closing-stack.js'
import { SessionDirectory } from '../../cluster/session/session-directory.js'
import { SessionCluster } from '../../cluster/session/session-cluster.js'
import { ClusterOptions } from '../../core/config/cluster-options.js'
import { Configuration } from '../../core/config/configuration.js'
import { defaultFileSystems } from '../../filesystems/default-file-systems.js'
import { makeDirectories } from '../../core/fs/make-directories.js'
import type { Logger } from '../../core/logging/logger.js'
import { SystemRandom } from '../../core/random/system-random.js'
import { SystemClock } from '../../core/time/system-clock.js'
import { expandHome } from '../arguments/expand-home.js'
import { logDirectoryOf } from '../job/log-files.js'
import { packageVersion } from '../output/version.js'
import { jobConfigurationOf } from './job-configuration.js'
import { sessionFiles } from './session-files.js'
import { openSessionLog } from './session-log.js'
import { SessionJobLauncher } from './session-job-launcher.js'
import type { SessionRequest } from './session-request.js'

export interface SessionListener {
  /** The session answers at `web`. */
  started(web: string): void
  warning(text: string): void
}

/**
 * This process as a session, until it is told to end. The only way in which one begins, so that there is one in which it ends.
 * Returns the exit code.
 */
export async function hostSession(request: SessionRequest, listener: SessionListener): Promise<number> {
  const configuration = Configuration.fromEntries(request.configuration)
  const { workingDirectory } = request
  const runDirectoryPath = expandHome(configuration.get(ClusterOptions.RUN_DIRECTORY), workingDirectory)
  const runDirectory = new RunDirectory(runDirectoryPath, Date.now)
  const clock = new SystemClock()
  const warn = (text: string): void => {
    listener.warning(text)
  }
  await runDirectory.prepare()
  const logDirectory = logDirectoryOf(configuration, runDirectory, workingDirectory)
  const files = sessionFiles(configuration, { runDirectory: runDirectoryPath, logDirectory, workingDirectory })
  const closing = new ClosingStack((error) => {
    warn(String(error))
  })
  // The log is still that of the one which runs.
  await new SessionDirectory(runDirectoryPath, new SystemRandom()).refuseRunning()
  const logger: Logger = await openSessionLog(configuration, files.log, warn)
  const session = new SessionCluster({
    ...{ configuration, workingDirectory, runDirectory, logDirectory, clock, logger, warn },
    jobConfiguration: jobConfigurationOf(configuration),
    logFile: files.log,
    version: packageVersion(),
    launcher: new SessionJobLauncher(logDirectory, logger),
    fileSystems: defaultFileSystems(configuration),
    random: new SystemRandom(),
  })
  const onSignal = (signal: NodeJS.Signals): void => {
    logger.info('a signal came', { signal })
    session.shutDown()
  }
  // Node would open its debugger, a port by which every user of the machine could run code as this one.
  const ignored = (): undefined => undefined
  const signals = { SIGTERM: onSignal, SIGINT: onSignal, SIGHUP: onSignal, SIGUSR1: ignored } as const
  for (const [signal, handle] of Object.entries(signals)) process.on(signal, handle)
  closing.push(() => {
    for (const [signal, handle] of Object.entries(signals)) process.off(signal, handle)
  })
  try {
    const web = await session.start()
    closing.push(() => rm(files.pid, { force: true }))
    closing.push(() => session.close())
    await makeDirectories(path.dirname(files.pid))
    await writeFile(files.pid, `${String(process.pid)}\n`, { mode: 0o600 })
    listener.started(web)
    await session.ending
    return 0
  } finally {
    await closing.close()
  }
}
