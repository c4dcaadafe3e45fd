import { chmod } from 'node:fs/promises'
import type { Logger } from '../core/logging/logger.js'
import type { Random } from '../core/random/random.js'
import type { Clock } from '../core/time/clock.js'
import { startOfProcess } from '../client/process-start.js'
import type { RunDirectory } from '../client/run-directory.js'
import { RestEndpoint } from '../rest/rest-endpoint.js'
import type { JobsGateway } from '../rest/jobs-gateway.js'

/** An answer to a poll that came in as the job ended is still given before the socket goes. */
const LINGER_MS = 300
/** Only the user who runs the job may control it. */
const PRIVATE_SOCKET = 0o600

export interface ControlServerServices {
  readonly gateway: JobsGateway
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly runDirectory: RunDirectory
  readonly version: string
}

export interface StartedJob {
  readonly jobId: string
  readonly name: string
  readonly startTime: number
}

/** The REST server of a job process on its Unix socket, and the entries by which other processes find it. */
export class ControlServer {
  readonly gateway: JobsGateway
  readonly #services: ControlServerServices
  readonly #jobIds: string[] = []
  #server: Promise<RestEndpoint> | undefined
  #socket: string | undefined
  #asked = false

  constructor(services: ControlServerServices) {
    this.#services = services
    this.gateway = services.gateway
  }

  /** The first job opens the socket; later ones of the same process share it. */
  async jobStarted(job: StartedJob): Promise<void> {
    const { runDirectory, version } = this.#services
    this.#socket ??= await runDirectory.socketPathFor(job.jobId)
    const socket = this.#socket
    this.#server ??= this.#listen(socket)
    await this.#server
    this.#jobIds.push(job.jobId)
    const processStart = await startOfProcess('self')
    await runDirectory.register({ ...job, pid: process.pid, processStart, version, socket })
  }

  /** Archives the jobs and closes the socket. */
  async close(): Promise<void> {
    if (this.#server === undefined) return
    const server = await this.#server
    const overviews = await this.gateway.overview()
    for (const overview of overviews) {
      if (this.#jobIds.includes(overview.jid)) await this.#services.runDirectory.archive(overview)
    }
    if (this.#asked) await this.#linger()
    await server.close()
  }

  async #listen(socket: string): Promise<RestEndpoint> {
    const { gateway, clock, random, logger } = this.#services
    const onRequest = (): void => {
      this.#asked = true
    }
    const server = new RestEndpoint({ gateway, clock, random, logger, onRequest })
    await server.listen(socket)
    // Named pipes of Windows have no mode.
    if (process.platform !== 'win32') await chmod(socket, PRIVATE_SOCKET)
    return server
  }

  #linger(): Promise<void> {
    return new Promise((resolve) => {
      this.#services.clock.setTimer(LINGER_MS, resolve)
    })
  }
}
