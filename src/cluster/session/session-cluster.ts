import type { RunDirectory } from '../../client/run-directory.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { SessionOptions } from '../../core/config/session-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import type { Logger } from '../../core/logging/logger.js'
import { startOfProcess } from '../../core/process/process-start.js'
import type { Random } from '../../core/random/random.js'
import type { Clock } from '../../core/time/clock.js'
import { RestEndpoint } from '../../rest/rest-endpoint.js'
import type { RestApi } from '../../rest/rest-api.js'
import type { SessionGateway, SessionPlace } from '../../rest/session/session-gateway.js'
import { tcpSettingsOf } from '../../rest/tcp/tcp-settings.js'
import { ClosingStack } from '../closing-stack.js'
import { RunDirectoryUpkeep } from '../run-directory-upkeep.js'
import { ClusterSessionGateway } from './cluster-session-gateway.js'
import { EndedJobs } from './ended-jobs.js'
import { endJobs } from './end-jobs.js'
import { jarPlaces } from './jars/jar-places.js'
import { JarStore } from './jars/jar-store.js'
import { jarsOfSession } from './jars/jars-of-session.js'
import type { JobLauncher } from './job-launcher.js'
import { withJobStorage } from './job-storage.js'
import { SessionDirectory, type SessionEntry } from './session-directory.js'
import { SessionJobs } from './session-jobs.js'
import { slotsIn } from './session-slots.js'
import { SlotPool } from './slot-pool.js'

export interface SessionClusterInput {
  /** Of files and command line. */
  readonly configuration: Configuration
  /** What of it jobs get. */
  readonly jobConfiguration: Configuration
  readonly workingDirectory: string
  readonly runDirectory: RunDirectory
  readonly logDirectory: string
  readonly logFile: string
  readonly version: string
  readonly launcher: JobLauncher
  readonly fileSystems: FileSystems
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly warn: (text: string) => void
}

/** This process as a session cluster: its REST API, and the jobs that it watches, each in a process of its own. */
export class SessionCluster {
  readonly #input: SessionClusterInput
  readonly #directory: SessionDirectory
  readonly #jobs: SessionJobs
  readonly #endpoint: RestEndpoint
  readonly gateway: SessionGateway
  readonly #startTime: number
  readonly #closing: ClosingStack
  #isHurried = false
  #end: () => void = () => undefined
  /** Resolves when the session is told to end. */
  readonly ending: Promise<void>

  constructor(input: SessionClusterInput) {
    this.#input = input
    const { clock, random, logger, runDirectory, fileSystems, configuration, launcher } = input
    this.#startTime = clock.now()
    this.#directory = new SessionDirectory(runDirectory.path, random)
    this.#closing = new ClosingStack((error) => {
      logger.error('the session does not end as it should', { reason: String(error) })
    })
    const { storage } = this.#directory
    const slots = new SlotPool(slotsIn(configuration))
    const store = new JarStore(jarPlaces(configuration, input.workingDirectory, this.#directory.path), random)
    this.#jobs = new SessionJobs({
      ...{ runDirectory, launcher, fileSystems, clock, random, logger },
      configuration: withJobStorage(configuration, storage),
      jobConfiguration: withJobStorage(input.jobConfiguration, storage),
      workingDirectory: input.workingDirectory,
      slots,
      directory: this.#directory,
      programs: store,
    })
    this.ending = new Promise((resolve) => {
      this.#end = resolve
    })
    this.gateway = new ClusterSessionGateway({
      ...{ runDirectory, fileSystems, jobs: this.#jobs, ended: new EndedJobs(runDirectory) },
      place: this.#place,
      jars: jarsOfSession({ ...input, store, jobs: this.#jobs }),
      slots,
      shutDown: () => {
        this.#end()
      },
    })
    this.#endpoint = new RestEndpoint({
      openApi: () => this.#openApi(this.gateway),
      ...{ clock, logger },
    })
  }

  /**
   * Returns where the session is reached. SESSION_ALREADY_RUNS, RUN_DIRECTORY_UNUSABLE, PORT_IN_USE, and what is wrong with the
   * options of REST.
   */
  async start(): Promise<string> {
    try {
      return await this.#start()
    } catch (error) {
      await this.#closing.close()
      throw error
    }
  }

  /** Begins to end; a second call does not wait for the jobs any more. */
  shutDown(): void {
    if (this.#jobs.isClosing) this.#isHurried = true
    this.#end()
  }

  /** Ends the jobs as it is configured, and then itself. */
  async close(): Promise<void> {
    const { configuration, clock, logger } = this.#input
    await this.#jobs.close()
    const how = configuration.get(SessionOptions.JOBS_ON_SHUTDOWN)
    logger.info('the session ends', { jobs: how })
    const savepoints = configuration.get(SavepointOptions.SAVEPOINT_DIRECTORY)
    await endJobs(() => this.#jobs.all(), how, {
      ...{ clock, logger, savepoints },
      isHurried: () => this.#isHurried,
      cancelForGood: (job) => this.#jobs.cancelForGood(job),
    })
    await this.#closing.close()
    logger.info('the session has ended')
  }

  async #start(): Promise<string> {
    const { configuration, workingDirectory, runDirectory, logger, warn } = this.#input
    const settings = await tcpSettingsOf(configuration, workingDirectory)
    if (settings.isExposed) warn(EXPOSED)
    await runDirectory.prepare()
    await this.#directory.prepare()
    const entry = await this.#entry()
    await this.#directory.take(entry)
    this.#closing.push(() => this.#directory.leave())
    await this.#jobs.open()
    this.#closing.push(() => this.#jobs.close())
    let web: string
    try {
      web = await this.#endpoint.listenOnTcp({ ...settings, takesUploads: true })
    } catch (error) {
      if (!FlinkError.is(error, 'PORT_IN_USE')) throw error
      const holder = 'another process listens there'
      throw new FlinkError(
        'SESSION_START_FAILED',
        { reason: `${error.message} (${holder}; rest.port)` },
        { cause: error },
      )
    }
    this.#closing.push(() => this.#endpoint.close())
    await this.#directory.update({ ...entry, web })
    const upkeep = new RunDirectoryUpkeep(this.#input.clock, () => this.#directory.keep({ ...entry, web }))
    upkeep.start()
    this.#closing.push(() => upkeep.stop())
    await this.#endpoint.preload()
    logger.info('the session has started', { web })
    return web
  }

  async #openApi(gateway: SessionGateway): Promise<RestApi> {
    const { clock, random } = this.#input
    const [{ sessionRestApi }, { SessionProcesses }] = await Promise.all([
      import('../../rest/session/session-rest-api.js'),
      import('./session-processes.js'),
    ])
    const processes = new SessionProcesses({ gateway, jobs: () => this.#jobs.all(), clock })
    this.#closing.push(() => {
      processes.close()
    })
    return sessionRestApi({ gateway, clock, random, processes: processes.context })
  }

  async #entry(): Promise<SessionEntry> {
    const { logFile, version } = this.#input
    const processStart = await startOfProcess('self')
    return { pid: process.pid, processStart, logFile, version, startTime: this.#startTime }
  }

  get #place(): SessionPlace {
    const { configuration, workingDirectory, logDirectory, logFile, version } = this.#input
    const directory = this.#directory.path
    return { configuration, directory, workingDirectory, logDirectory, logFile, version, startTime: this.#startTime }
  }
}

const EXPOSED =
  'The token of requests, and all that the session answers, can be read on the way to other machines: security.ssl.rest.enabled is not set.'
