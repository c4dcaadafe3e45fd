// Duty: the task workers of a job, one a slot: starts them, has them load the program, replaces the dead.
// Invariants: a slot has at most one living worker; messages of a worker that was replaced are not passed on; `loadProgram`
// settles exactly once a call.
// Thread: main thread.
import { deserializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import type { LoadProgram, MasterToWorker } from '../../protocol/master-to-worker.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'
import type { TaskManagerGateway, TaskManagerStarter } from './task-manager-gateway.js'

export interface SlotPoolListener {
  onMessage(slot: number, message: WorkerToMaster): void
  onWorkerExit(slot: number, error: Error): void
}

export interface SlotPoolServices {
  readonly starter: TaskManagerStarter
  readonly clock: Clock
  readonly listener: SlotPoolListener
}

interface Slot {
  gateway: TaskManagerGateway | undefined
  load: { readonly attempt: number; readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined
  exited: (() => void) | undefined
}

export class SlotPool {
  readonly #services: SlotPoolServices
  readonly #slots: Slot[]
  #closing = false

  constructor(size: number, services: SlotPoolServices) {
    this.#services = services
    this.#slots = Array.from({ length: size }, () => ({ gateway: undefined, load: undefined, exited: undefined }))
  }

  bellOf(slot: number): SharedArrayBuffer {
    const bell = this.#slots[slot]?.gateway?.bell
    if (bell === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `slot ${String(slot)} has no worker` })
    return bell
  }

  isAlive(slot: number): boolean {
    return this.#slots[slot]?.gateway !== undefined
  }

  send(slot: number, message: MasterToWorker): void {
    this.#slots[slot]?.gateway?.send(message)
  }

  sendToAll(message: MasterToWorker): void {
    for (const slot of this.#slots) slot.gateway?.send(message)
  }

  /** Every worker, the new ones included, runs the program and compares its graph with the plan. */
  async loadProgram(message: LoadProgram): Promise<void> {
    const loads = this.#slots.map((slot, index) => {
      slot.gateway ??= this.#start(index)
      return new Promise<void>((resolve, reject) => {
        slot.load = { attempt: message.attempt, resolve, reject }
      })
    })
    this.sendToAll(message)
    await Promise.all(loads)
  }

  async terminate(slot: number): Promise<void> {
    const worker = this.#slots[slot]
    const gateway = worker?.gateway
    if (worker === undefined || gateway === undefined) return
    worker.gateway = undefined
    await gateway.terminate()
  }

  /** Asks all workers to end, then ends those that do not within the grace time. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true
    const exits = this.#slots.filter((slot) => slot.gateway !== undefined).map((slot) => this.#exitOf(slot))
    this.sendToAll({ type: 'close-worker' })
    let timer: { cancel(): void } | undefined
    const grace = new Promise<void>((resolve) => {
      timer = this.#services.clock.setTimer(graceMs, resolve)
    })
    await Promise.race([Promise.all(exits), grace])
    timer?.cancel()
    await Promise.all(this.#slots.map((_, index) => this.terminate(index)))
  }

  #exitOf(slot: Slot): Promise<void> {
    return new Promise((resolve) => {
      slot.exited = resolve
    })
  }

  #start(index: number): TaskManagerGateway {
    const slot = this.#slots[index]
    const isCurrent = (): boolean => slot?.gateway === gateway
    const gateway: TaskManagerGateway = this.#services.starter.start(index, {
      onMessage: (message) => {
        if (isCurrent()) this.#received(index, message)
      },
      onExit: (error) => {
        if (isCurrent()) this.#exited(index, error)
      },
    })
    return gateway
  }

  #received(index: number, message: WorkerToMaster): void {
    const slot = this.#slots[index]
    // A worker may still answer to the load of an attempt that failed meanwhile.
    if (message.type === 'program-loaded') {
      if (slot?.load?.attempt === message.attempt) slot.load.resolve()
    } else if (message.type === 'program-failed') {
      if (slot?.load?.attempt === message.attempt) slot.load.reject(deserializeError(message.error))
    } else this.#services.listener.onMessage(index, message)
  }

  #exited(index: number, cause: Error | undefined): void {
    const slot = this.#slots[index]
    if (slot === undefined) return
    const name = slot.gateway?.name ?? `worker ${String(index)}`
    slot.gateway = undefined
    slot.exited?.()
    if (this.#closing) return
    const error = cause ?? new FlinkError('WORKER_DIED', { worker: name, reason: 'it ended without being asked to' })
    slot.load?.reject(error)
    this.#services.listener.onWorkerExit(index, error)
  }
}
