import { chmod } from 'node:fs/promises'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import type { Logger } from '../core/logging/logger.js'
import type { Random } from '../core/random/random.js'
import type { Clock } from '../core/time/clock.js'
import type { JobDirectoryEntry } from '../client/job-directory-entry.js'
import type { JobOverview } from '../rest/messages/job-messages.js'
import type { QueryableStateMessage } from '../rest/messages/state-messages.js'
import { startOfProcess } from '../core/process/process-start.js'
import type { RunDirectory } from '../client/run-directory.js'
import { isSocket } from '../client/socket-place.js'
import type { RestApi } from '../rest/rest-api.js'
import { RestEndpoint } from '../rest/rest-endpoint.js'
import { archiveTextOf } from '../rest/archive/job-archive.js'
import type { JobsGateway } from '../rest/jobs-gateway.js'
import type { ProcessesContext } from '../rest/processes/processes-context.js'
import { ClosingStack } from './closing-stack.js'
import { RunDirectoryUpkeep } from './run-directory-upkeep.js'
import { WebEndpoint, type WebOrder } from './web-endpoint.js'

/** An answer to a poll that came in as the job ended is still given before the socket goes. */
const LINGER_MS = 300
/** So long for whoever told the job to stop, and asks now and then whether it has: see LONGEST_POLL_MS of the client. */
const LONGEST_LINGER_MS = 3_000
/** Only the user who runs the job may control it. */
const PRIVATE_SOCKET = 0o600

export interface ControlServerServices {
  readonly gateway: JobsGateway
  /** What is told of this process itself. */
  readonly processes?: () => Promise<ProcessesContext>
  readonly clock: Clock
  readonly random: Random
  /** What came of an operation is told for so long. */
  readonly storeDurationMs: number
  readonly logger: Logger
  readonly runDirectory: RunDirectory
  readonly version: string
  /** Where this process writes its log. */
  readonly logDirectory?: string | undefined
  /** Told what went wrong and is no reason not to end, or to go on. */
  readonly warn: (text: string) => void
  /** Where the jobs are to be reached over TCP as well. */
  readonly web?: WebOrder | undefined
}

export interface StartedJob {
  readonly jobId: string
  readonly name: string
  readonly startTime: number
  readonly checkpoints?: string
  readonly isRecoverable?: boolean
  readonly slots?: number
  readonly waitsForSlots?: boolean
}

/**
 * The REST server of a job process on its Unix socket, and where that is asked for over TCP, and the entries by which other
 * processes find it. The fields beyond ten: what listens where is two of them.
 */
export class ControlServer {
  readonly gateway: JobsGateway
  readonly #services: ControlServerServices
  readonly #upkeep: RunDirectoryUpkeep
  readonly #entries = new Map<string, JobDirectoryEntry>()
  readonly #endpoint: RestEndpoint
  readonly #web: WebEndpoint
  #listening: Promise<void> | undefined
  #socket: string | undefined
  #asked = false
  #isClosing = false
  #registrations: Promise<void> = Promise.resolve()
  /** The run directory could not be put in order when that was tried last, which was told. */
  #isLost = false

  constructor(services: ControlServerServices) {
    this.#services = services
    this.gateway = services.gateway
    this.#upkeep = new RunDirectoryUpkeep(services.clock, () => this.#restore())
    const { gateway, clock, random, logger, runDirectory, storeDurationMs, web, warn } = services
    const onRequest = (): void => {
      this.#asked = true
    }
    const bodyLimit = web === undefined ? {} : { bodyLimit: web.settings.maxContentLength }
    const openApi = async (): Promise<RestApi> => {
      const [{ jobRestApi }, processes] = await Promise.all([import('../rest/job-rest-api.js'), services.processes?.()])
      return jobRestApi({ gateway, clock, random, storeDurationMs, ...(processes !== undefined && { processes }) })
    }
    this.#endpoint = new RestEndpoint({ openApi, clock, logger, onRequest, ...bodyLimit })
    const onOpened = (): Promise<void> => this.#change(() => this.#reached)
    this.#web = new WebEndpoint({ endpoint: this.#endpoint, order: web, clock, runDirectory, warn, onOpened })
  }

  /** Before the program runs: where it is to be reached over TCP and cannot be, it need not begin. See WebEndpoint. */
  openWeb(): Promise<void> {
    return this.#web.open()
  }

  /**
   * The first job opens the socket; later ones of the same process share it. RUN_DIRECTORY_UNUSABLE when the job cannot be
   * found by others: nobody could cancel it.
   */
  async jobStarted(job: StartedJob): Promise<void> {
    const { runDirectory, version, logDirectory } = this.#services
    const socket = await this.open(job.jobId)
    const processStart = await startOfProcess('self')
    const place = logDirectory === undefined ? {} : { logDirectory }
    const entry = { ...job, pid: process.pid, processStart, version, socket, ...place, ...this.#reached }
    await runDirectory.register(entry)
    this.#entries.set(job.jobId, entry)
    this.#upkeep.start()
    this.#web.succeed()
  }

  /** Listens, for the first job and those after it, where nobody finds it yet. Returns where. */
  async open(jobId: string): Promise<string> {
    const { runDirectory } = this.#services
    this.#socket ??= await runDirectory.socketPathFor(jobId)
    const socket = this.#socket
    this.#listening ??= this.#listen(socket)
    try {
      await this.#listening
    } catch (error) {
      // A program may catch this, mend what is wrong and try again.
      this.#listening = undefined
      this.#socket = undefined
      throw FlinkError.is(error) ? error : runDirectory.unusable(error, `there is no control socket at ${socket}`)
    }
    return socket
  }

  /** For when the job cannot be asked. What cannot be written is tried again with the next one, and is no reason to fail. */
  async queryableStatesKnown(jobId: string, queryableStates: readonly QueryableStateMessage[]): Promise<void> {
    await this.#change((entry) => (entry.jobId === jobId ? { queryableStates } : undefined))
  }

  /** It waited for them. */
  async slotsGranted(jobId: string): Promise<void> {
    await this.#change((entry) => (entry.jobId === jobId ? { waitsForSlots: false } : undefined))
  }

  /** Archives the jobs and closes the socket. Never rejects: a job ends as it has ended, whatever can be kept of it. */
  async close(): Promise<void> {
    const closing = new ClosingStack((error) => {
      const reason = messageOf(error)
      this.#services.warn(`The control server did not end as it should, the job has. ${reason}`)
    })
    closing.push(() => this.#endpoint.close())
    closing.push(() => (this.#asked ? this.#linger() : undefined))
    closing.push(async () => {
      const jobs = (await this.gateway.overview()).filter(({ jid }) => this.#entries.has(jid))
      for (const overview of jobs) {
        closing.push(async () => {
          const left = await this.#leftBy(overview.jid)
          const answers = await this.#answersOf(overview.jid)
          await this.#services.runDirectory.archive({ ...overview, ...this.#log(), ...left }, answers)
        })
      }
    })
    closing.push(() => this.#upkeep.stop())
    closing.push(() => this.#web.stop())
    closing.push(() => {
      this.#isClosing = true
      return this.#registrations
    })
    await closing.close()
  }

  /** For whoever asks when the job has ended; its overview is kept whatever becomes of them. */
  async #answersOf(jobId: string): Promise<string | undefined> {
    try {
      return await archiveTextOf(this.gateway, jobId)
    } catch (error) {
      this.#services.logger.warn('of a job that has ended little is kept', { reason: messageOf(error) })
      return undefined
    }
  }

  #log(): Pick<JobOverview, 'log'> {
    const { logDirectory: directory } = this.#services
    return directory === undefined ? {} : { log: { directory, pid: process.pid } }
  }

  /** What answers when a job that has ended is asked for its state. */
  async #leftBy(jobId: string): Promise<Pick<JobOverview, 'left'> | undefined> {
    const queryableStates = await this.gateway.queryableStates(jobId)
    const [first] = queryableStates
    if (first === undefined) return undefined
    const answer = await this.gateway.queryState(jobId, { name: first.name, keys: [], timeoutMs: LINGER_MS })
    return { left: { queryableStates, checkpoint: answer.source === 'none' ? answer.checkpoint : null } }
  }

  get #reached(): Pick<JobDirectoryEntry, 'web'> {
    const { url } = this.#web
    return url === undefined ? {} : { web: url }
  }

  /** What is new of the entries of jobs. */
  async #change(changeOf: (entry: JobDirectoryEntry) => Partial<JobDirectoryEntry> | undefined): Promise<void> {
    for (const [jobId, entry] of this.#entries) {
      const change = changeOf(entry)
      if (change === undefined) continue
      this.#entries.set(jobId, { ...entry, ...change })
      this.#registrations = this.#registrations.then(() => this.#registerAgain(jobId))
    }
    await this.#registrations
  }

  /** One after the other, so that the newest is what stays. */
  async #registerAgain(jobId: string): Promise<void> {
    const entry = this.#entries.get(jobId)
    if (entry === undefined || this.#isClosing) return
    try {
      await this.#services.runDirectory.register(entry)
    } catch (error) {
      const reason = messageOf(error)
      this.#services.logger.warn('what is new of a job is not in the run directory', { reason })
    }
  }

  async #listen(socket: string): Promise<void> {
    await this.#endpoint.listen(socket)
    try {
      await makePrivate(socket)
    } catch (error) {
      await this.#endpoint.stopListening()
      throw error
    }
  }

  /** Puts back what somebody removed, so that the jobs are found again. */
  async #restore(): Promise<void> {
    const { runDirectory, logger } = this.#services
    try {
      const missing: JobDirectoryEntry[] = []
      for (const entry of this.#entries.values()) if (!(await runDirectory.isRegistered(entry))) missing.push(entry)
      const hasSocket = this.#socket === undefined || process.platform === 'win32' || (await isSocket(this.#socket))
      if (hasSocket && missing.length === 0) return
      await runDirectory.prepare()
      if (!hasSocket) await this.#listenAgain()
      for (const entry of missing) await runDirectory.register(entry)
      logger.warn('files of the run directory were missing and are there again', { path: runDirectory.path })
      this.#isLost = false
    } catch (error) {
      const reason = messageOf(error)
      if (!this.#isLost) logger.warn('the job cannot be found by others', { reason })
      this.#isLost = true
    }
  }

  async #listenAgain(): Promise<void> {
    const [jobId] = this.#entries.keys()
    if (jobId === undefined) return
    // Makes the directory aside as well, where the socket lies in one.
    const socket = await this.#services.runDirectory.socketPathFor(jobId)
    await this.#endpoint.listenAgain(socket)
    await makePrivate(socket)
  }

  async #linger(): Promise<void> {
    for (let lingeredMs = 0; lingeredMs < LONGEST_LINGER_MS; lingeredMs += LINGER_MS) {
      await new Promise<void>((resolve) => {
        this.#services.clock.setTimer(LINGER_MS, resolve)
      })
      if (!(await this.#endpoint.isAwaited())) return
    }
  }
}

/** Named pipes of Windows have no mode. */
async function makePrivate(socket: string): Promise<void> {
  if (process.platform !== 'win32') await chmod(socket, PRIVATE_SOCKET)
}
