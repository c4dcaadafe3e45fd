import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { FlinkError } from '../core/errors/flink-error.js'
import type { Configuration } from '../core/config/configuration.js'
import { TaskManagerOptions } from '../core/config/task-manager-options.js'
import { threadWillEnd, watchEndOfThread } from '../core/process/ending-threads.js'
import { SystemClock } from '../core/time/system-clock.js'
import type {
  TaskManagerGateway,
  TaskManagerListener,
  TaskManagerStarter,
} from '../runtime/jobmanager/jobmaster/task-manager-gateway.js'
import { allocateBell } from '../runtime/protocol/doorbell-memory.js'
import type { MasterToWorker } from '../runtime/protocol/master-to-worker.js'
import type { TaskWorkerData } from '../runtime/protocol/worker-data.js'
import type { WorkerToMaster } from '../runtime/protocol/worker-to-master.js'
import type { JobOutput } from './job-output.js'
import { RingQueries } from './ring-queries.js'

const ENTRY = new URL('../runtime/taskmanager/worker-entry.js', import.meta.url)

const BYTES_OF_MB = 1024 * 1024

/** Heap of one worker in MB; undefined: Node's default. */
export function heapSizeMbOf(configuration: Configuration): number | undefined {
  const heapBytes = configuration.get(TaskManagerOptions.TASK_HEAP_MEMORY)
  return heapBytes === undefined ? undefined : Math.max(1, Math.floor(heapBytes / BYTES_OF_MB))
}

/** Starts task workers as worker threads. Threads that were warmed up early are used first. */
export class WorkerThreadStarter implements TaskManagerStarter {
  readonly heapSizeMb: number | undefined
  readonly #output: JobOutput
  readonly #warm: WorkerThread[] = []
  #count = 0

  constructor(heapSizeMb: number | undefined, output: JobOutput) {
    this.heapSizeMb = heapSizeMb
    this.#output = output
  }

  /** Starts threads before it is known what they will run: loading the engine takes longer than the program's main. */
  warmUp(count: number): void {
    for (let index = 0; index < count; index += 1) this.#warm.push(this.#make())
  }

  start(_index: number, listener: TaskManagerListener): TaskManagerGateway {
    const thread = this.#warm.shift() ?? this.#make()
    thread.attach(listener)
    return thread
  }

  /** Ends threads that were warmed up and never used. */
  async close(): Promise<void> {
    await Promise.all(this.#warm.splice(0).map((thread) => thread.terminate()))
  }

  #make(): WorkerThread {
    const index = this.#count
    this.#count += 1
    if (this.#count === availableParallelism()) collectYoungObjectsAlone()
    return new WorkerThread(index, this.heapSizeMb, this.#output)
  }
}

/**
 * Where every core has its worker. Few of a record's objects outlive it, so a thread collects them faster alone than with
 * V8's helpers, which take the cores from the other workers and have to be waited for. Means of five runs on 2 cores, p = 2:
 * tuples through the exchange +10 %, keyed counts with 100,000 keys +16 %, others within the noise. V8 looks at the flag at
 * each collection.
 */
function collectYoungObjectsAlone(): void {
  setFlagsFromString('--no-parallel-scavenge')
}

class WorkerThread implements TaskManagerGateway {
  readonly name: string
  readonly bell: SharedArrayBuffer = allocateBell()
  readonly #worker: Worker
  readonly #queries: RingQueries
  #listener: TaskManagerListener | undefined
  readonly #early: WorkerToMaster[] = []
  #error: Error | undefined
  #exited = false
  #closing = false

  constructor(index: number, heapSizeMb: number | undefined, output: JobOutput) {
    this.name = `worker ${String(index)}`
    const { bell } = this
    this.#queries = new RingQueries({
      bell,
      clock: new SystemClock(),
      onAnswer: (answer) => {
        this.#listener?.onMessage(answer)
      },
    })
    const data: TaskWorkerData = {
      workerIndex: index,
      bell,
      stateQueries: this.#queries.memory,
      streams: output.memory,
    }
    const limits = heapSizeMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapSizeMb } }
    const name = `flink-ts ${this.name}`
    this.#worker = new Worker(ENTRY, { name, workerData: data, stdout: true, stderr: true, ...limits })
    this.#worker.on('message', (message: WorkerToMaster) => {
      if (this.#listener === undefined) this.#early.push(message)
      else this.#listener.onMessage(message)
    })
    this.#worker.on('error', (error) => {
      this.#error = this.#describe(error)
    })
    watchEndOfThread(this.#worker)
    const { threadId } = this.#worker
    this.#worker.on('exit', (code) => {
      output.threadEnded(threadId)
      this.#onExit(code)
    })
  }

  attach(listener: TaskManagerListener): void {
    // Not before whoever starts the worker has it in his hands.
    queueMicrotask(() => {
      this.#listener = listener
      for (const message of this.#early.splice(0)) listener.onMessage(message)
      if (this.#exited) listener.onExit(this.#error)
    })
  }

  send(message: MasterToWorker): void {
    if (this.#exited) return
    if (message.type === 'close-worker') this.#ends()
    if (message.type !== 'query-state' || !this.#queries.ask(message)) this.#worker.postMessage(message)
  }

  async terminate(): Promise<void> {
    this.#ends()
    await this.#worker.terminate()
  }

  #ends(): void {
    this.#closing = true
    threadWillEnd(this.#worker)
  }

  #onExit(code: number): void {
    this.#exited = true
    this.#queries.close()
    if (!this.#closing) {
      const reason = `its thread ended with code ${String(code)}. Does a function of the job call process.exit?`
      this.#error ??= new FlinkError('WORKER_DIED', { worker: this.name, reason })
    }
    this.#listener?.onExit(this.#error)
  }

  #describe(error: Error): Error {
    const isOutOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    if (isOutOfMemory) return new FlinkError('WORKER_OUT_OF_MEMORY', { worker: this.name }, { cause: error })
    return new FlinkError('WORKER_DIED', { worker: this.name, reason: error.message }, { cause: error })
  }
}
