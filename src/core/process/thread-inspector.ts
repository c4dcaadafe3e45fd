import { Session } from 'node:inspector'
import type { Clock } from '../time/clock.js'

/** A worker thread of this process, as the inspector reaches it. */
export interface InspectedThread {
  readonly id: number
  readonly name: string
  /** One command of the DevTools protocol; undefined where the thread does not answer in time. */
  post(method: string, params?: object): Promise<unknown>
  /** The next event of that name; undefined where none comes within so long. */
  next(event: string, withinMs: number): Promise<unknown>
  /** Told of every event of that name. */
  listen(event: string, listener: (params: unknown) => void): void
}

/** How long a thread has for an answer. */
export interface Patience {
  readonly deadlineMs: number
  readonly clock: Clock
}

interface WorkerInfo {
  readonly workerId: string
  readonly title: string
}

type Answered = (result: unknown) => void

/** `[worker 2] flink-ts worker 0` */
const TITLE = /^\[worker \d+\] */
/** Node has a thread for each other one whose modules are found in a way of their own, and gives it no name. */
const LOADER = 'module loader of Node'

/**
 * The worker threads of this process over Node's own inspector, without a port. V8 lets commands in also where a function runs that
 * never returns; a thread that native code holds does not answer, which takes `deadlineMs`. Whatever was begun in a thread ends
 * with `use`: one that was stopped goes on.
 */
export async function withThreads<T>(
  patience: Patience,
  use: (threads: readonly InspectedThread[]) => Promise<T>,
): Promise<T> {
  const session = new Session()
  session.connect()
  try {
    const workers = new InspectedWorkers(session, patience)
    await workers.attach()
    return await use(workers.threads())
  } finally {
    session.disconnect()
  }
}

class InspectedWorkers {
  readonly #session: Session
  readonly #patience: Patience
  readonly #workers = new Map<string, WorkerInfo>()
  /** Whoever waits for an answer or an event of a worker, by its session and the id or name. */
  readonly #waiting = new Map<string, Answered>()
  readonly #listeners = new Map<string, Answered>()
  #calls = 0

  constructor(session: Session, patience: Patience) {
    this.#session = session
    this.#patience = patience
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      this.#workers.set(sessionId, workerInfo)
    })
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
      this.#receive(sessionId, message)
    })
  }

  /** Those that there are: they are told of before the command is answered. */
  attach(): Promise<unknown> {
    return inTime(this.#patience, (answered) => {
      this.#session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, answered)
    })
  }

  threads(): InspectedThread[] {
    return [...this.#workers].map(([sessionId, { workerId, title }]) => ({
      id: Number(workerId),
      name: title.replace(TITLE, '') || LOADER,
      post: (method, params = {}) => this.#call(sessionId, method, params),
      next: (event, withinMs) => this.#wait(`${sessionId} ${event}`, () => undefined, withinMs),
      listen: (event, listener) => this.#listeners.set(`${sessionId} ${event}`, listener),
    }))
  }

  #call(sessionId: string, method: string, params: object): Promise<unknown> {
    this.#calls += 1
    const id = this.#calls
    return this.#wait(`${sessionId} ${String(id)}`, () => {
      const message = JSON.stringify({ id, method, params })
      this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
    })
  }

  async #wait(key: string, ask: () => void, deadlineMs = this.#patience.deadlineMs): Promise<unknown> {
    try {
      return await inTime({ ...this.#patience, deadlineMs }, (answered) => {
        this.#waiting.set(key, answered)
        ask()
      })
    } finally {
      this.#waiting.delete(key)
    }
  }

  #receive(sessionId: string, message: string): void {
    const { id, result, method, params } = JSON.parse(message) as Readonly<Record<string, unknown>>
    if (typeof id === 'number') this.#waiting.get(`${sessionId} ${String(id)}`)?.(result)
    if (typeof method !== 'string') return
    this.#listeners.get(`${sessionId} ${method}`)?.(params)
    this.#waiting.get(`${sessionId} ${method}`)?.(params)
  }
}

function inTime({ deadlineMs, clock }: Patience, ask: (answered: Answered) => void): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(deadlineMs, () => {
      resolve(undefined)
    })
    ask((result) => {
      timer.cancel()
      resolve(result)
    })
  })
}
