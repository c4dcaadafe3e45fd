import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import type { Clock, TimerHandle } from '../core/time/clock.js'
import type { RunDirectory } from '../client/run-directory.js'
import type { RestEndpoint } from '../rest/rest-endpoint.js'
import type { TcpSettings } from '../rest/tcp/tcp-settings.js'

/** How often, and how many times, the port is tried that a job has to whose place another one comes. */
const RETRY_MS = 200
const MOST_RETRIES = 300

/** What `--web` asked for. */
export interface WebOrder {
  readonly settings: TcpSettings
  /** The job whose place that of this process takes: the port may be its own until it has ended. */
  readonly replaces: string | undefined
  /** Whoever has the port: it is waited for, and the job begins without it. */
  readonly waits?: boolean
  /** Told where the job is to be reached. */
  readonly tell: (text: string) => void
}

interface WebEndpointInput {
  readonly endpoint: RestEndpoint
  /** Undefined: nothing listens on TCP. */
  readonly order: WebOrder | undefined
  readonly clock: Clock
  readonly runDirectory: RunDirectory
  readonly warn: (text: string) => void
  /** The port was had after the job had begun. */
  readonly onOpened: () => Promise<void>
}

/** That the jobs of a process are reached over TCP, from before the first of them to the end of the last. */
export class WebEndpoint {
  readonly #input: WebEndpointInput
  /** Where it listens; undefined where it does not. */
  url: string | undefined
  #isOpening = false
  #retry: TimerHandle | undefined
  #retries = 0
  #isStopped = false
  #opening: Promise<void> = Promise.resolve()

  constructor(input: WebEndpointInput) {
    this.#input = input
  }

  /**
   * Listens where that is asked for. REST_PORT_IN_USE says who has the port, where that is known; the errors of TcpListener.
   * A port that is that of the job to be replaced is had later.
   */
  async open(): Promise<void> {
    const { order } = this.#input
    if (order === undefined) return
    if (order.settings.isExposed) {
      this.#input.warn(
        'The token of requests, and all that the job answers, can be read on the way to other machines: security.ssl.rest.enabled is not set.',
      )
    }
    try {
      await this.#listen(order)
    } catch (error) {
      if (!FlinkError.is(error, 'PORT_IN_USE')) throw error
      const holder = await this.#holderOf(order.settings)
      const isHadLater = order.waits === true || (holder !== undefined && holder.jobId === order.replaces)
      if (!isHadLater) throw inUse(error, holder)
      this.#isOpening = true
    }
  }

  /** The job whose place this one takes has stopped: its process has the port for a moment still. */
  succeed(): void {
    if (!this.#isOpening || this.#isStopped || this.#retry !== undefined) return
    this.#retry = this.#input.clock.setTimer(RETRY_MS, () => {
      this.#retry = undefined
      this.#opening = this.#again()
    })
  }

  /** Nothing is opened any more; what listens does so until the end of the endpoint. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#retry?.cancel()
    await this.#opening
  }

  async #listen({ settings, tell }: WebOrder): Promise<void> {
    this.url = await this.#input.endpoint.listenOnTcp(settings)
    tell(`Web interface/REST: ${this.url}`)
  }

  async #again(): Promise<void> {
    const { order, warn, onOpened } = this.#input
    if (order === undefined) return
    try {
      await this.#listen(order)
      this.#isOpening = false
    } catch (error) {
      this.#retries += 1
      if (FlinkError.is(error, 'PORT_IN_USE') && this.#retries < MOST_RETRIES) this.succeed()
      else warn(`The job runs, and is not reached over TCP. ${messageOf(error)}`)
      return
    }
    await onOpened()
  }

  /** A job of this user that listens at one of the ports. */
  async #holderOf({ ports }: TcpSettings): Promise<{ readonly jobId: string; readonly pid: number } | undefined> {
    const jobs = await this.#input.runDirectory.livingJobs()
    return jobs.find(({ web }) => web !== undefined && listensAt(new URL(web), ports))
  }
}

/** At whatever address: a port that is taken at one cannot be had at all of them. */
function listensAt({ port, protocol }: URL, ports: readonly number[]): boolean {
  const standard = protocol === 'https:' ? 443 : 80
  return ports.includes(port === '' ? standard : Number(port))
}

function inUse(error: FlinkError, job: { readonly jobId: string; readonly pid: number } | undefined): FlinkError {
  const holder =
    job === undefined ? 'another process listens there' : `job ${job.jobId} (process ${String(job.pid)}) listens there`
  const address = String(error.details['address'])
  return new FlinkError('REST_PORT_IN_USE', { address, holder }, { cause: error.cause })
}
