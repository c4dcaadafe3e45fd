import { Session } from 'node:inspector'
import type { Clock } from '../time/clock.js'

/** What the inspector tells of a thread of this process. */
export interface InspectedThread {
  /** Of Node: 0 is the main thread. */
  readonly id: number
  readonly name: string
  /** One command of the DevTools protocol; undefined where the thread does not answer in time. */
  post(method: string, params?: object): Promise<unknown>
}

interface WorkerInfo {
  readonly workerId: string
  readonly title: string
}

type Answered = (result: unknown) => void

/** How long a thread has for an answer. */
interface Patience {
  readonly deadlineMs: number
  readonly clock: Clock
}

/** `[worker 2] flink-ts worker 0` */
const TITLE = /^\[worker \d+\] */

/**
 * All threads of this process over Node's own inspector, without a port and without a debugger: nothing is stopped. V8 lets in
 * commands also where a function runs that never returns; a thread that waits in native code does not answer, which takes
 * `deadlineMs`.
 */
export async function withThreads<T>(
  patience: Patience,
  use: (threads: readonly InspectedThread[]) => Promise<T>,
): Promise<T> {
  const session = new Session()
  session.connect()
  const workers = new InspectedWorkers(session, patience)
  try {
    await workers.attach()
    return await use([mainThread(session, patience), ...workers.threads()])
  } finally {
    session.disconnect()
  }
}

function mainThread(session: Session, patience: Patience): InspectedThread {
  return {
    id: 0,
    name: 'main',
    post: (method, params = {}) =>
      inTime(patience, (answered) => {
        session.post(method, params, (error, result) => {
          answered(error === null ? result : undefined)
        })
      }),
  }
}

/** The worker threads of a session, each behind an id of its own. */
class InspectedWorkers {
  readonly #session: Session
  readonly #patience: Patience
  readonly #workers = new Map<string, WorkerInfo>()
  readonly #waiting = new Map<string, Answered>()
  #calls = 0

  constructor(session: Session, patience: Patience) {
    this.#session = session
    this.#patience = patience
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      this.#workers.set(sessionId, workerInfo)
    })
    session.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => {
      this.#workers.delete(sessionId)
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
      name: title.replace(TITLE, ''),
      post: (method, params = {}) => this.#call(sessionId, method, params),
    }))
  }

  async #call(sessionId: string, method: string, params: object): Promise<unknown> {
    this.#calls += 1
    const id = this.#calls
    const key = `${sessionId}#${String(id)}`
    try {
      return await inTime(this.#patience, (answered) => {
        this.#waiting.set(key, answered)
        const message = JSON.stringify({ id, method, params })
        this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
      })
    } finally {
      this.#waiting.delete(key)
    }
  }

  #receive(sessionId: string, message: string): void {
    const { id, result } = JSON.parse(message) as { readonly id?: number; readonly result?: unknown }
    if (id !== undefined) this.#waiting.get(`${sessionId}#${String(id)}`)?.(result)
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
