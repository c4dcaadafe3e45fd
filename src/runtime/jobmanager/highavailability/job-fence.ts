// Duty: says whether this process is the one that runs the job: it holds the job's fence in the storage directory.
// Invariants: once lost a fence stays lost. That it was lost is told once, from wherever it is noticed first, and whoever is
// told ends the process: what follows in it is of no use any more.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import { describeOwner, readOwner } from './fence-owner.js'
import type { FenceDirectory, FenceName } from './fence-directory.js'

/** A sign of life each half second; whoever wants the job waits for several before it takes it. */
export const BEAT_MS = 500
export const BEAT_FILE = 'beat'

export interface JobFenceServices {
  readonly jobId: string
  readonly clock: Clock
  readonly logger: Logger
  /** Another process runs the job: this one is to end at once. */
  readonly onLost: (error: FlinkError) => void
}

export class JobFence {
  readonly name: FenceName
  readonly path: string
  readonly #directory: FenceDirectory
  readonly #services: JobFenceServices
  #lost: FlinkError | undefined
  #beats = 0
  #timer: TimerHandle | undefined
  #isClosed = false
  /** The last sign of life could not be written. */
  #isMute = false

  constructor(directory: FenceDirectory, name: FenceName, services: JobFenceServices) {
    this.name = name
    this.path = directory.pathOf(name)
    this.#directory = directory
    this.#services = services
  }

  /** JOB_FENCED where another process has taken the job. */
  async check(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost
    if (!(await this.#directory.exists(this.name))) throw await this.#lose()
  }

  /** Work on paths in the fence: where one is not there, another process may have the job. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (FlinkError.is(error, 'FILE_NOT_FOUND')) await this.check()
      throw error
    }
  }

  /** Shows from now on that the process lives, and notices when it has lost the job, be it idle. */
  async keepAlive(): Promise<void> {
    this.#timer = undefined
    try {
      // In the pool, of which a thread may wait for a disk that hangs; where this one did, opening the file in place, the job could
      // neither be asked about nor cancelled.
      await this.check()
      await this.within(() => this.#beat())
      this.#isMute = false
    } catch (error) {
      if (FlinkError.is(error, 'JOB_FENCED')) return
      this.#tellMute(error)
    }
    if (!this.#isClosed) this.#timer = this.#services.clock.setTimer(BEAT_MS, () => void this.keepAlive())
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  /** Once: a disk may be full for days. */
  #tellMute(error: unknown): void {
    const reason = messageOf(error)
    if (!this.#isMute) this.#services.logger.warn('no sign of life could be written, which is tried again', { reason })
    this.#isMute = true
  }

  async #beat(): Promise<void> {
    this.#beats += 1
    const writer = await this.#directory.fileSystem.openForWrite(`${this.path}/${BEAT_FILE}`)
    try {
      await writer.write(new TextEncoder().encode(String(this.#beats)))
    } finally {
      await writer.close()
    }
  }

  async #lose(): Promise<FlinkError> {
    const { jobId, onLost } = this.#services
    const [newest] = await this.#directory.names()
    const owner = newest && (await readOwner(this.#directory, newest))
    if (this.#lost !== undefined) return this.#lost
    this.#lost = new FlinkError('JOB_FENCED', { jobId, successor: describeOwner(owner) })
    this.close()
    onLost(this.#lost)
    return this.#lost
  }
}
