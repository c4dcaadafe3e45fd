import { CloseableIterator } from '../../../src/api/datastream/closeable-iterator.js'
import { CollectSinkFunction } from '../../../src/api/functions/sink/collect-sink-function.js'
import type { ResultGuarantee } from '../../../src/api/functions/sink/result-messages.js'
import { CollectedResults } from '../../../src/cluster/collected-results.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { OpenThreadChannel, ThreadChannel } from '../../../src/core/io/thread-channel.js'
import { NO_REGISTERED_TYPES } from '../../../src/core/types/registered-types.js'
import type { OperatorSubtaskState } from '../../../src/storage/state-handles.js'
import { OneInputStreamOperatorTestHarness } from '../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf } from '../../operators/operator-harness.js'
import { TestOperatorContext } from '../../operators/test-operator-context.js'

/** A channel of which all ends are here; a message is heard in a later microtask, in order. */
class Channel {
  readonly #ends = new Set<{ readonly hear: (message: unknown) => void }>()

  readonly open: OpenThreadChannel = (_name, hear): ThreadChannel => {
    const end = { hear }
    this.#ends.add(end)
    return {
      post: (message) => {
        const others = [...this.#ends].filter((each) => each !== end)
        for (const other of others) queueMicrotask(() => this.#ends.has(other) && other.hear(structuredClone(message)))
      },
      close: () => {
        this.#ends.delete(end)
      },
    }
  }
}

/** A job whose results a program collects: the sink of each attempt, and what the program has of it. */
export class CollectingJob {
  readonly results: CollectedResults
  readonly #channel = new Channel()
  readonly #guarantee: ResultGuarantee
  #finished: () => void = () => undefined
  #failed: (error: Error) => void = () => undefined
  isCanceled = false

  constructor(guarantee: ResultGuarantee) {
    this.#guarantee = guarantee
    this.results = new CollectedResults((hear) => this.#channel.open('', hear))
  }

  attempt(attemptNumber = 0, restored?: OperatorSubtaskState): Promise<OneInputStreamOperatorTestHarness> {
    const settings = { guarantee: this.#guarantee, registeredTypes: NO_REGISTERED_TYPES }
    const spec = { kind: 'sink', function: new CollectSinkFunction<unknown>(settings, this.#channel.open) } as const
    const context = new TestOperatorContext({ taskInfo: { attemptNumber } })
    const harness = new OneInputStreamOperatorTestHarness(bindingOf(spec), context)
    return harness.open(restored, restored === undefined ? undefined : 1)
  }

  iterator(): CloseableIterator<unknown> {
    const result = new Promise<never>((resolve, reject) => {
      this.#finished = () => {
        resolve({ jobId: 'j', netRuntimeMs: 1, accumulatorResults: {} } as never)
      }
      this.#failed = reject
    })
    const job = {
      result: () => result,
      nextResults: () => this.results.next(),
      discardResults: () => {
        this.results.discard()
      },
      cancel: () => {
        this.isCanceled = true
        this.fail(new FlinkError('JOB_CANCELED', { jobId: 'j' }))
        return Promise.resolve()
      },
    }
    return new CloseableIterator(job, NO_REGISTERED_TYPES)
  }

  finish(): void {
    this.#finished()
    this.results.jobFinished()
  }

  fail(error: Error): void {
    this.#failed(error)
  }
}

/** As its task: what came so far is flushed and in the snapshot. */
export async function checkpoint(
  sink: OneInputStreamOperatorTestHarness,
  id: number,
): Promise<OperatorSubtaskState | undefined> {
  await sink.operator.prepareSnapshotPreBarrier(id)
  return sink.snapshot(id)
}
