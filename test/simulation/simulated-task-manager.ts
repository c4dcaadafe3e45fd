/**
 * A worker without a thread: the real TaskExecutor on simulated time, disk and messages. Its memory is shared with nobody
 * but through channels and doorbells; messages are copied as between threads.
 */
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { FileSystems } from '../../src/core/fs/file-systems.js'
import { MemoryTextOutput } from '../../src/core/io/memory-text-output.js'
import type {
  TaskManagerGateway,
  TaskManagerListener,
} from '../../src/runtime/jobmanager/jobmaster/task-manager-gateway.js'
import { allocateBell } from '../../src/runtime/protocol/doorbell-memory.js'
import type { MasterToWorker } from '../../src/runtime/protocol/master-to-worker.js'
import type { WorkerToMaster } from '../../src/runtime/protocol/worker-to-master.js'
import type { StateBackend } from '../../src/runtime/taskmanager/state/state-backend.js'
import { TaskExecutor, type TaskExecutorServices } from '../../src/runtime/taskmanager/taskexecutor/task-executor.js'
import { describeMessage } from './message-description.js'
import type { FaultPoints } from './fault-points.js'
import { noteLogger } from './note-logger.js'
import type { RunInvariants } from './run-invariants.js'
import type { Sabotage } from './sabotage.js'
import { simulatedDisk, type DiskServices } from './simulated-disk.js'
import { SimulatedDoorbell } from './simulated-doorbell.js'
import { SimulatedLink } from './simulated-link.js'
import { SimulatedProcess } from './simulated-process.js'
import type { Simulation } from './simulation.js'

export interface TaskManagerServices {
  readonly simulation: Simulation
  readonly diskServices: DiskServices
  /** Undefined for the one that the configuration names. */
  readonly stateBackend: StateBackend | undefined
  readonly invariants: RunInvariants
  readonly sabotage: Sabotage
  /** The tasks of a new attempt are on their way to a worker. */
  readonly onDeploy: (restoredCheckpointId: number | undefined) => void
  /** Runs the program for this worker; `die` ends the worker in the middle of whatever it does. */
  readonly runProgramFor: (worker: SimulatedTaskManager) => TaskExecutorServices['runProgram']
}

export class SimulatedTaskManager implements TaskManagerGateway {
  readonly name: string
  readonly bell: SharedArrayBuffer = allocateBell()
  readonly #process: SimulatedProcess
  readonly #simulation: Simulation
  readonly #onDeploy: TaskManagerServices['onDeploy']
  readonly #invariants: RunInvariants
  readonly #sabotage: Sabotage
  readonly #toWorker: SimulatedLink
  readonly #toMaster: SimulatedLink
  readonly #listener: TaskManagerListener
  readonly #executor: TaskExecutor
  readonly #doorbell: SimulatedDoorbell
  readonly #points: FaultPoints
  #terminated: (() => void)[] = []
  #hasExited = false

  constructor(name: string, listener: TaskManagerListener, services: TaskManagerServices) {
    const { simulation } = services
    this.name = name
    this.#simulation = simulation
    this.#onDeploy = services.onDeploy
    this.#invariants = services.invariants
    this.#sabotage = services.sabotage
    this.#points = services.diskServices.points
    this.#listener = listener
    this.#process = new SimulatedProcess(name, simulation)
    this.#toWorker = new SimulatedLink(simulation)
    this.#toMaster = new SimulatedLink(simulation)
    this.#doorbell = new SimulatedDoorbell(this.bell, this.#process, (action) => {
      this.#guarded(action)
    })
    this.#executor = this.#makeExecutor(services)
    this.#report({ type: 'worker-ready' })
  }

  get process(): SimulatedProcess {
    return this.#process
  }

  get isAlive(): boolean {
    return this.#process.isAlive
  }

  send(message: MasterToWorker): void {
    this.#invariants.sent(message)
    for (const each of this.#sabotage.toWorker?.(message) ?? [message]) this.#sendOne(each)
  }

  #sendOne(message: MasterToWorker): void {
    if (message.type === 'deploy-tasks') this.#onDeploy(message.tasks[0]?.restore?.checkpointId)
    this.#points.passes('before', message.type, this.name)
    const copy = structuredClone(message)
    const line = `master -> ${this.name}: ${describeMessage(message)}`
    this.#toWorker.send(() => {
      if (!this.isAlive) {
        this.#simulation.note(`${line} (it is dead)`)
        return
      }
      this.#process.whenResponsive(() => {
        this.#simulation.note(line)
        this.#invariants.arrived(this.name, message)
        this.#guarded(() => {
          this.#executor.handle(copy)
        })
        this.#points.passes('after', message.type, this.name)
      })
    })
  }

  async terminate(): Promise<void> {
    if (this.#hasExited) return
    const exited = new Promise<void>((resolve) => this.#terminated.push(resolve))
    if (this.isAlive) this.#exit(undefined, 'is terminated')
    await exited
  }

  /** As kill -9 or an out-of-memory end would have it. */
  die(reason: string): void {
    if (!this.isAlive) return
    this.#toMaster.cut()
    this.#exit(new FlinkError('WORKER_DIED', { worker: this.name, reason }), `dies: ${reason}`)
  }

  /** The whole job process is gone: nobody is told. */
  vanish(): void {
    this.#process.die()
  }

  /** Did somebody ring? Asked after every event. */
  answerDoorbell(): void {
    this.#doorbell.answer()
  }

  #makeExecutor(services: TaskManagerServices): TaskExecutor {
    const { simulation, diskServices } = services
    const disk = simulatedDisk(this.#process, diskServices)
    return new TaskExecutor({
      clock: this.#process,
      random: simulation.stream(`${this.name} engine`),
      logger: noteLogger(this.name, simulation),
      fileSystems: new FileSystems().register('file', disk),
      standardOutput: new MemoryTextOutput(),
      standardError: new MemoryTextOutput(),
      stateBackend: services.stateBackend,
      scheduler: this.#doorbell,
      runProgram: services.runProgramFor(this),
      loadAsMain: (load) => load(),
      send: (message) => {
        this.#report(message)
      },
      exit: () => {
        if (this.isAlive) this.#exit(undefined, 'closes')
      },
    })
  }

  #report(message: WorkerToMaster): void {
    if (!this.isAlive) return
    this.#invariants.reported(message)
    for (const each of this.#sabotage.toMaster?.(message) ?? [message]) this.#reportOne(each)
  }

  #reportOne(message: WorkerToMaster): void {
    this.#points.passes('before', message.type, this.name)
    if (!this.isAlive) return
    const copy = structuredClone(message)
    const line = `${this.name} -> master: ${describeMessage(message)}`
    this.#toMaster.send(() => {
      this.#simulation.note(line)
      this.#listener.onMessage(copy)
      this.#points.passes('after', message.type, this.name)
    })
  }

  #exit(error: Error | undefined, what: string): void {
    this.#simulation.note(`${this.name} ${what}`)
    this.#process.die()
    this.#invariants.gone(this.name)
    this.#toMaster.send(() => {
      this.#hasExited = true
      this.#listener.onExit(error)
      for (const resolve of this.#terminated.splice(0)) resolve()
    })
  }

  /** What a worker thread does about an error that nobody caught. */
  #guarded(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#executor.failAll(error)
    }
  }
}
