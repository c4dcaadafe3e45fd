import { FlinkError } from '../../core/errors/flink-error.js'
import { DataInputView } from '../../core/memory/data-input-view.js'
import type { RegisteredTypes } from '../../core/types/registered-types.js'
import { structuredSerializer } from '../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'

/** What of a submitted job its results need. */
export interface CollectedJob {
  result(): Promise<unknown>
  cancel(): Promise<void>
  nextResults(): Promise<Uint8Array | undefined>
  discardResults(): void
}

/**
 * The results of a job that runs, as `executeAndCollect` gives them. The job waits for a program that does not take them, its checkpoints
 * too; `close()` ends it where it still runs, and so does leaving a `for await` early. A spread or `for ... of` is
 * RESULTS_NOT_ITERABLE: results come one after the other.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type CloseableIterator } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const results: CloseableIterator<number> = await env.fromSequence(1, 1_000_000).executeAndCollect('numbers')
 * for await (const value of results) {
 *   if (value > 100) break
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/util/CloseableIterator.html
 */
export class CloseableIterator<T> implements AsyncIterable<T> {
  readonly #job: CollectedJob
  readonly #serializer: TypeSerializer<unknown>
  /** Rejects where the job ends in another way than to finish. */
  readonly #ended: Promise<unknown>
  /** Of those who wait for results. Each would stay with a promise that it asks, up to the end of the job. */
  readonly #rejectWaiting = new Set<(error: unknown) => void>()
  #hasFailed = false
  #values: unknown[] = []
  #position = 0
  #state: 'open' | 'exhausted' | 'closed' = 'open'

  static {
    refuseToIterate(this.prototype)
  }

  constructor(job: CollectedJob, registeredTypes: RegisteredTypes) {
    this.#job = job
    this.#serializer = structuredSerializer(registeredTypes)
    this.#ended = job.result()
    // Whoever asks for results is told; nobody may ask.
    this.#ended.catch((error: unknown) => {
      this.#hasFailed = true
      for (const reject of this.#rejectWaiting) reject(error)
    })
  }

  /** Resolves with false when the job has FINISHED and all results were taken; rejects with the job's error. */
  async hasNext(): Promise<boolean> {
    while (this.#position >= this.#values.length) {
      if (this.#state !== 'open') return false
      const bytes = await this.#orFailed(this.#job.nextResults())
      if (bytes === undefined) this.#state = 'exhausted'
      else this.#read(bytes)
    }
    return true
  }

  /** RESULTS_EXHAUSTED where there is no next one. */
  async next(): Promise<T> {
    if (!(await this.hasNext())) throw new FlinkError('RESULTS_EXHAUSTED', {})
    const value = this.#values[this.#position]
    this.#position += 1
    return value as T
  }

  /** Cancels the job if it still runs, and resolves when it has ended. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    const hasAll = this.#state === 'exhausted'
    this.#state = 'closed'
    this.#values = []
    if (hasAll) {
      await this.#ended
      return
    }
    this.#job.discardResults()
    await this.#job.cancel()
    await Promise.allSettled([this.#ended])
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      while (await this.hasNext()) yield await this.next()
    } finally {
      await this.close()
    }
  }

  #orFailed<R>(results: Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#rejectWaiting.add(reject)
      results.then(resolve, reject).finally(() => this.#rejectWaiting.delete(reject))
      if (this.#hasFailed) this.#ended.catch(reject)
    })
  }

  #read(bytes: Uint8Array): void {
    const input = new DataInputView(bytes)
    const values: unknown[] = []
    while (input.remaining > 0) values.push(this.#serializer.deserialize(input))
    this.#values = values
    this.#position = 0
  }
}

/** For whoever forgets `await` before what a `for await` goes over. */
export function iterableOnceThere<T, R extends AsyncIterable<T> | readonly T[]>(
  results: Promise<R>,
): Promise<R> & AsyncIterable<T> {
  async function* iterate(): AsyncGenerator<T, void, undefined> {
    const given: AsyncIterable<T> | readonly T[] = await results
    for await (const value of given) yield value
  }
  refuseToIterate(results)
  return Object.assign(results, { [Symbol.asyncIterator]: iterate })
}

/** TypeScript refuses it anyway; plain JavaScript would say that it is not iterable. */
function refuseToIterate(results: object): void {
  Object.defineProperty(results, Symbol.iterator, {
    value: () => {
      throw new FlinkError('RESULTS_NOT_ITERABLE', {})
    },
  })
}
