// Duty: the task workers of a job: starts them, has them load the program, replaces the dead and those in which the program
// cannot run again.
// Invariants: a place has at most one living worker; messages of a worker that was replaced are not passed on, but for its log; `loadProgram`
// settles exactly once a call.
// Thread: main thread.
import { deserializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import { settledWithin } from '../../../core/time/settled-within.js'
import type { LoadProgram, MasterToWorker } from '../../protocol/master-to-worker.js'
import type { LogLine, WorkerToMaster } from '../../protocol/worker-to-master.js'
import type { TaskManagerGateway, TaskManagerStarter } from './task-manager-gateway.js'

export interface WorkerPoolListener {
  onMessage(worker: number, message: WorkerToMaster): void
  onWorkerExit(worker: number, error: Error): void
  /** Of any worker, also one that was replaced meanwhile: its last lines may say why. */
  onLog(workerName: string, line: LogLine): void
}

export interface WorkerPoolServices {
  readonly starter: TaskManagerStarter
  readonly clock: Clock
  readonly listener: WorkerPoolListener
}

/** What all workers of a job are told to load. */
export type ProgramOfJob = Omit<LoadProgram, 'type' | 'slots' | 'loadNumber'>

export interface ProgramLoads {
  /** Undefined: all. */
  readonly workers: ReadonlySet<number> | undefined
  readonly slotsOf: (worker: number) => number
  /** Of a worker whose tasks are not to end with it: is asked before it is replaced, which an error prevents. */
  readonly onNeedsThread?: ((worker: number) => Error | undefined) | undefined
}

interface Load extends Pick<ProgramLoads, 'onNeedsThread'> {
  readonly message: LoadProgram
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Place {
  gateway: TaskManagerGateway | undefined
  load: Load | undefined
  exited: (() => void) | undefined
}

export class WorkerPool {
  readonly #services: WorkerPoolServices
  readonly #places: Place[] = []
  #loadNumber = 0
  #closing = false
  /** Nothing has been run on what all workers have loaded. */
  #isPreloaded = false

  constructor(size: number, services: WorkerPoolServices) {
    this.#services = services
    this.grow(size)
  }

  /** Makes places for up to `size` workers. */
  grow(size: number): void {
    while (this.#places.length < size) this.#places.push({ gateway: undefined, load: undefined, exited: undefined })
  }

  bellOf(worker: number): SharedArrayBuffer {
    const bell = this.#places[worker]?.gateway?.bell
    if (bell === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `worker ${String(worker)} does not run` })
    return bell
  }

  isAlive(worker: number): boolean {
    return this.#places[worker]?.gateway !== undefined
  }

  send(worker: number, message: MasterToWorker): void {
    this.#places[worker]?.gateway?.send(message)
  }

  sendToWorkers(workers: Iterable<number>, message: MasterToWorker): void {
    for (const worker of workers) this.send(worker, message)
  }

  sendToAll(message: MasterToWorker): void {
    for (const { gateway } of this.#places) gateway?.send(message)
  }

  /** What the next load of the program in all workers will find done, if they live until then. */
  async preloadProgram(message: ProgramOfJob, slotsOf: ProgramLoads['slotsOf']): Promise<void> {
    await this.loadProgram(message, { workers: undefined, slotsOf })
    this.#isPreloaded = true
  }

  /** All of these workers, the new ones included, run the program and compare its graph with the plan. */
  async loadProgram(message: ProgramOfJob, { workers, slotsOf, onNeedsThread }: ProgramLoads): Promise<void> {
    const isPreloaded = this.#isPreloaded && this.#places.every(({ gateway }) => gateway !== undefined)
    this.#isPreloaded = false
    if (isPreloaded) return
    const load = { type: 'load-program', loadNumber: this.#loadNumber, ...message } as const
    this.#loadNumber += 1
    const places = this.#places.filter((_, index) => workers === undefined || workers.has(index))
    const loads = places.map((place) => {
      const index = this.#places.indexOf(place)
      place.gateway ??= this.#start(index)
      return new Promise<void>((resolve, reject) => {
        place.load = { message: { ...load, slots: slotsOf(index) }, resolve, reject, onNeedsThread }
      })
    })
    for (const { gateway, load } of places) if (load !== undefined) gateway?.send(load.message)
    await Promise.all(loads)
  }

  async terminate(worker: number): Promise<void> {
    const place = this.#places[worker]
    const gateway = place?.gateway
    if (place === undefined || gateway === undefined) return
    place.gateway = undefined
    await gateway.terminate()
  }

  /** Asks all workers to end, then ends those that do not within the grace time. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true
    const exits = this.#places.filter(({ gateway }) => gateway !== undefined).map((place) => this.#exitOf(place))
    this.sendToAll({ type: 'close-worker' })
    await settledWithin(Promise.all(exits), graceMs, this.#services.clock)
    await Promise.all(this.#places.map((_, index) => this.terminate(index)))
  }

  #exitOf(place: Place): Promise<void> {
    return new Promise((resolve) => {
      place.exited = resolve
    })
  }

  #start(index: number): TaskManagerGateway {
    const place = this.#places[index]
    const isCurrent = (): boolean => place?.gateway === gateway
    const gateway: TaskManagerGateway = this.#services.starter.start(index, {
      onMessage: (message) => {
        if (message.type === 'log') this.#services.listener.onLog(gateway.name, message)
        else if (isCurrent()) this.#received(index, message)
      },
      onExit: (error) => {
        if (isCurrent()) this.#exited(index, error)
      },
    })
    return gateway
  }

  #received(index: number, message: WorkerToMaster): void {
    const place = this.#places[index]
    const load = place?.load
    switch (message.type) {
      case 'program-loaded':
      case 'program-needs-thread':
      case 'program-failed':
        // A worker may still answer to a load that was given up meanwhile.
        if (load?.message.loadNumber !== message.loadNumber) return
        if (message.type === 'program-loaded') load.resolve()
        else if (message.type === 'program-failed') load.reject(deserializeError(message.error))
        else this.#needsThread(index, load)
        return
      default:
        this.#services.listener.onMessage(index, message)
    }
  }

  #needsThread(index: number, load: Load): void {
    const refusal = load.onNeedsThread?.(index)
    if (refusal === undefined) void this.#loadInNewWorker(index, load)
    else load.reject(refusal)
  }

  /** In the place of one that ran the program before. */
  async #loadInNewWorker(index: number, load: Load): Promise<void> {
    await this.terminate(index)
    const place = this.#places[index]
    // Another load may have begun meanwhile, or the end.
    if (place === undefined || place.load !== load || this.#closing) return
    place.gateway = this.#start(index)
    place.gateway.send(load.message)
  }

  #exited(index: number, cause: Error | undefined): void {
    const place = this.#places[index]
    if (place === undefined) return
    const name = place.gateway?.name ?? `worker ${String(index)}`
    place.gateway = undefined
    place.exited?.()
    if (this.#closing) return
    const error = cause ?? new FlinkError('WORKER_DIED', { worker: name, reason: 'it ended without being asked to' })
    place.load?.reject(error)
    this.#services.listener.onWorkerExit(index, error)
  }
}
