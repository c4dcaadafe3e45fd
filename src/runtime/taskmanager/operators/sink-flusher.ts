// Duty: when a sink that keeps records back is made to write them: half a second after it took one, or when it is told to.
// Invariants: one timer at a time; the flush of a timer begins between two records, and the task takes no more input until
// it has ended; its error fails the task.
// Thread: the task worker that owns the operator.
import type { FlushingSink } from '../../../api/functions/sink/flushing-sink.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import type { OperatorContext } from './stream-operator.js'

/** Somebody who looks at the file of a quiet stream finds its last record there. */
const FLUSH_INTERVAL_MS = 500

export class SinkFlusher {
  readonly #sink: FlushingSink
  readonly #context: OperatorContext
  readonly #failed: (error: unknown) => Error
  #timer: TimerHandle | undefined

  constructor(sink: FlushingSink, context: OperatorContext, failed: (error: unknown) => Error) {
    this.#sink = sink
    this.#context = context
    this.#failed = failed
  }

  recordTaken(): void {
    this.#timer ??= this.#context.clock.setTimer(FLUSH_INTERVAL_MS, () => {
      this.#timer = undefined
      this.#context.enqueueMail(() => {
        if (this.#sink.hasUnflushed()) this.#context.suspendInputUntil(this.flush())
      })
    })
  }

  async flush(): Promise<void> {
    try {
      await this.#sink.flush()
    } catch (error) {
      throw this.#failed(error)
    }
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
