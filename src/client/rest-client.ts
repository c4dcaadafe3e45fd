import type { Agent, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { FlinkError } from '../core/errors/flink-error.js'
import { ReasonError } from '../core/errors/reason-error.js'
import { durationText } from '../core/time/duration-text.js'
import { SystemClock } from '../core/time/system-clock.js'
import type { JobDirectoryEntry } from './job-directory-entry.js'
import { answerOf, type RestCall, type RestCaller } from './rest-caller.js'

/** A job that was never asked before loads its server, which takes long on a machine that is busy. */
const LOAD_TIMEOUT_MS = 10_000
/** A timeout may be longer than a timer of Node's. */
const CLOCK = new SystemClock()
/** No job has more to say; a stranger on the socket may. */
const LONGEST_ANSWER = 1 << 26

/** Connections to one job at a time. */
const MOST_KEPT = 16

class ClosedMeanwhile extends Error {
  override readonly name: string = 'ClosedMeanwhile'
}

/** Speaks the REST API of one job process over its Unix socket. */
export class RestClient implements RestCaller {
  readonly #job: Pick<JobDirectoryEntry, 'jobId' | 'pid' | 'socket'>
  readonly #keepsConnections: boolean
  #agent: Agent | undefined
  readonly #guarded = new WeakSet<Socket>()

  /** `connections: 'kept'`: for who asks often. They keep no process alive. */
  constructor(job: Pick<JobDirectoryEntry, 'jobId' | 'pid' | 'socket'>, connections: 'kept' | 'new' = 'new') {
    this.#job = job
    this.#keepsConnections = connections === 'kept'
  }

  /**
   * The parsed answer; an error answer is thrown as CONTROL_REQUEST_FAILED with the server's own words, and JOB_UNRESPONSIVE
   * when none has come in time. A sign of life counts for more than none.
   */
  async call(call: RestCall, timeoutMs: number): Promise<unknown> {
    const text = await this.#exchangeAgain(call, timeoutMs)
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch (error) {
      throw this.#failed('the answer is not JSON', error)
    }
    return answerOf(body, 'CONTROL_REQUEST_FAILED')
  }

  /** A connection that was kept may have been closed meanwhile: what was not answered is asked by another one. */
  async #exchangeAgain(call: RestCall, timeoutMs: number): Promise<string> {
    for (let left = this.#keepsConnections ? MOST_KEPT : 0; ; left -= 1) {
      try {
        return await this.#exchange(call, timeoutMs)
      } catch (error) {
        if (left === 0 || !(error instanceof FlinkError) || !(error.cause instanceof ClosedMeanwhile)) throw error
      }
    }
  }

  async #exchange(call: RestCall, timeoutMs: number): Promise<string> {
    // Without a job there is nobody to ask, and `list` need not load it.
    const { request, Agent } = await import('node:http')
    if (this.#keepsConnections) this.#agent ??= new Agent({ keepAlive: true, maxSockets: MOST_KEPT })
    const agent = this.#agent && { agent: this.#agent }
    const body = JSON.stringify(call.body ?? {})
    const headers = { 'content-type': 'application/json; charset=UTF-8', 'content-length': Buffer.byteLength(body) }
    return new Promise((resolve, reject) => {
      const onResponse = (response: IncomingMessage): void => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          if (text.length > LONGEST_ANSWER) outgoing.destroy(new ReasonError('its answer does not end'))
        })
        response.on('end', () => {
          resolve(text)
        })
        response.on('error', (error) => {
          reject(this.#failed(error.message, error))
        })
      }
      const options = { socketPath: this.#job.socket, method: call.method, path: `/v1${call.path}`, headers, ...agent }
      const outgoing = request(options, onResponse)
      const giveUp = (): void => {
        reject(this.#unresponsive(timeoutMs))
        outgoing.destroy()
      }
      // Where this process was kept waiting itself, the answer is there and has only not been read.
      const onTimeout = (): unknown => setImmediate(giveUp)
      let timer = CLOCK.setTimer(timeoutMs, onTimeout)
      outgoing.on('continue', () => {
        timer.cancel()
        timer = CLOCK.setTimer(Math.max(timeoutMs, LOAD_TIMEOUT_MS), onTimeout)
      })
      outgoing.on('close', () => {
        timer.cancel()
      })
      outgoing.on('socket', (socket) => {
        this.#guard(socket)
      })
      outgoing.on('error', (error) => {
        const isStale =
          outgoing.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
        reject(this.#failed(error.message, isStale ? new ClosedMeanwhile(error.message) : error))
      })
      outgoing.end(body)
    })
  }

  /**
   * The answer to a long request may come before its last bytes are known to be written: where the job ends then, nobody listens to the
   * connection, and the error would end the process.
   */
  #guard(socket: Socket): void {
    if (this.#guarded.has(socket)) return
    this.#guarded.add(socket)
    socket.on('error', () => undefined)
  }

  #unresponsive(timeoutMs: number): FlinkError {
    const { jobId, pid } = this.#job
    return new FlinkError('JOB_UNRESPONSIVE', { jobId, pid, timeout: durationText(timeoutMs) })
  }

  #failed(reason: string, cause: unknown): FlinkError {
    return new FlinkError('CONTROL_SOCKET_FAILED', { jobId: this.#job.jobId, reason }, { cause })
  }
}
