/** The workers of one run of a job: starts them for the JobMaster, and kills them for the simulation. */
import type {
  TaskManagerGateway,
  TaskManagerListener,
  TaskManagerStarter,
} from '../../src/runtime/jobmanager/jobmaster/task-manager-gateway.js'
import type { SimulatedProcess } from './simulated-process.js'
import { SimulatedTaskManager, type TaskManagerServices } from './simulated-task-manager.js'

export class SimulatedCluster implements TaskManagerStarter {
  readonly #master: SimulatedProcess
  readonly #services: TaskManagerServices
  readonly #workers: SimulatedTaskManager[] = []

  constructor(master: SimulatedProcess, services: TaskManagerServices) {
    this.#master = master
    this.#services = services
    services.simulation.observe(() => {
      for (const worker of this.#workers) if (worker.isAlive) worker.answerDoorbell()
    })
  }

  start(index: number, listener: TaskManagerListener): TaskManagerGateway {
    const name = `${this.#master.name} worker ${index}.${this.#workers.length}`
    this.#services.simulation.note(`${name} starts`)
    const worker = new SimulatedTaskManager(name, this.#whileMasterLives(listener), this.#services)
    this.#workers.push(worker)
    return worker
  }

  get isThere(): boolean {
    return this.#master.isAlive
  }

  alive(): SimulatedTaskManager[] {
    return this.#workers.filter((worker) => worker.isAlive)
  }

  /** kill -9 of the job process. */
  vanish(): void {
    this.#master.die()
    for (const worker of this.#workers) worker.vanish()
  }

  #whileMasterLives(listener: TaskManagerListener): TaskManagerListener {
    return {
      onMessage: (message) => {
        if (this.#master.isAlive) listener.onMessage(message)
      },
      onExit: (error) => {
        if (this.#master.isAlive) listener.onExit(error)
      },
    }
  }
}
