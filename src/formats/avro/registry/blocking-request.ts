// Duty: a request over HTTP in the middle of a synchronous call, once for each schema that is new: a thread of its own asks, and the caller waits.
// Invariants: the wait is bounded by the limits of the request. Each schema is asked for once a thread (schema-cache.ts), so the thread
// of a task stands still once a schema, as it does in Flink.
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'

export interface RegistryRequest {
  /** Of one registry; one after the other until one answers. */
  readonly urls: readonly string[]
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Of one try. */
  readonly timeoutMs: number
  readonly tries: number
  /** Before the second try; twice as long before each further one. */
  readonly backoffMs: number
}

export interface RegistryAnswer {
  /** Undefined where no try has brought one that is not of the registry's own failure. */
  readonly status: number | undefined
  /** The body; without a status why there is none. */
  readonly text: string
}

/** For the thread to start and to end. */
const GRACE_MS = 10_000

export function requestBlocking(request: RegistryRequest): RegistryAnswer {
  const { port1: own, port2: port } = new MessageChannel()
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./registry-thread-entry.js', import.meta.url), {
    workerData: { request, port, signal },
    transferList: [port],
    execArgv: [],
  })
  worker.unref()
  // It says what goes wrong by its answer, or by none.
  worker.on('error', () => undefined)
  const { tries, timeoutMs, backoffMs, urls } = request
  const limitMs = tries * timeoutMs * urls.length + backoffMs * 2 ** tries + GRACE_MS
  Atomics.wait(signal, 0, 0, limitMs)
  const received = receiveMessageOnPort(own) as { readonly message: RegistryAnswer } | undefined
  own.close()
  return received?.message ?? { status: undefined, text: 'nothing was answered in time' }
}
