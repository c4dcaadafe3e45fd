// Duty: the head of a source task around a SourceFunction: emits what its run produces, batch by batch.
// Invariants: records leave in emitNext only (and in prepareSnapshotPreBarrier, which empties the queue), so no record
// crosses a barrier. The state of a run that goes on by itself (async shapes) is captured in prepareSnapshotPreBarrier,
// before its first await: whatever it collects and changes afterwards comes after the barrier. The task must call that
// method from a mail, not from a promise's continuation, so that no yielded record is on its way through microtasks.
// After `finish` nothing is emitted and the state taken before it stays: a draining savepoint comes after it.
// Thread: the task worker that owns the task.
import type { SourceFunction } from '../../../api/functions/source-function.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { MAX_WATERMARK } from '../network/stream-element.js'
import { CapturedStateFuture } from './captured-state-future.js'
import { SourceFunctionRun } from './source-function-run.js'
import type {
  Input,
  OperatorContext,
  OperatorSnapshotFuture,
  SnapshotRequest,
  SourceStatus,
  SourceStreamOperator,
} from './stream-operator.js'
import type { CapturedState } from './stream-operator-state-handler.js'
import { UdfStreamOperator } from './udf-stream-operator.js'
import { WatermarkEmitter } from '../eventtime/watermark-emitter.js'
import { WITHOUT_SPLITS, type WatermarkMaker } from './watermark-maker.js'

/** Records an emitNext: enough to make its cost small, few enough to keep the step's time budget. */
const BATCH = 32
/** How long a generator that paused is left alone: doubled with every pause that follows without a record. */
const SHORTEST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 16
const NO_INPUTS: readonly Input[] = []

interface EarlyCapture {
  readonly checkpointId: number
  /** Rejected where the function's snapshot hook failed: that is told when the snapshot is asked for. */
  readonly state: Promise<CapturedState>
}

export class StreamSource extends UdfStreamOperator implements SourceStreamOperator, WatermarkMaker {
  readonly inputs: readonly Input[] = NO_INPUTS
  readonly #run: SourceFunctionRun
  readonly #watermarks: WatermarkEmitter
  #wakeRequested = false
  #pauseMs = SHORTEST_PAUSE_MS
  #pauseTimer: TimerHandle | undefined
  #capture: EarlyCapture | undefined
  #finished = false

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: SourceFunction<unknown>) {
    super(binding, context)
    this.#watermarks = new WatermarkEmitter(context.output, context.time)
    this.#run = new SourceFunctionRun(userFunction, {
      operatorName: binding.name,
      output: context.output,
      watermarks: this.#watermarks,
      logger: context.logger,
      copier: context.waitingCopier,
      mayEmit: () => this.#mayEmit,
      wake: () => {
        this.#wake()
      },
    })
  }

  emitNext(): SourceStatus {
    const run = this.#run
    if (run.state === 'canceled') return 'end'
    let budget = BATCH
    try {
      if (run.state === 'created') run.start()
      budget = this.#emitQueued(budget)
      const isPulled = budget > 0 && run.isPulled && run.queue.length === 0
      if (isPulled && run.emitPulled(budget)) return this.#pause()
    } catch (error) {
      throw this.failed(error)
    }
    if (run.state === 'failed') throw this.failed(run.error)
    return this.#status()
  }

  advanceToEndOfTime(): void {
    this.#watermarks.emitWatermark(MAX_WATERMARK)
  }

  /** Whether the function will ever emit a watermark only itself knows. */
  watermarkTime(): ReturnType<WatermarkMaker['watermarkTime']> {
    const { currentWatermark: watermark, isIdle } = this.#watermarks
    return { watermark, isIdle, strategy: 'function', hasRecord: undefined, ...WITHOUT_SPLITS }
  }

  cancel(): void {
    this.#pauseTimer?.cancel()
    this.#run.cancel()
  }

  override async prepareSnapshotPreBarrier(checkpointId: number): Promise<void> {
    if (this.#finished) return
    this.#capture = undefined
    const { queue } = this.#run
    while (queue.length > 0) {
      if (this.context.time.isPending) await this.context.whenOutputAvailable()
      else queue.emitNext()
    }
    if (!this.#run.isAsync) return
    const state = this.#captureAtOnce(checkpointId)
    this.#capture = { checkpointId, state }
    await Promise.allSettled([state])
  }

  override async snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    const early = this.#capture
    this.#capture = undefined
    if (early?.checkpointId !== request.checkpointId) return super.snapshotState(request)
    return new CapturedStateFuture(await early.state, request, this.context)
  }

  override finish(): Promise<boolean> {
    this.#finished = true
    return super.finish()
  }

  override async close(): Promise<void> {
    this.cancel()
    await super.close()
  }

  /** All of it happens before this returns when the hook is synchronous. */
  async #captureAtOnce(checkpointId: number): Promise<CapturedState> {
    return this.captureState(checkpointId, this.context.clock.now())
  }

  /** False also while an operator of the chain takes no more, which is no matter of the output. */
  get #mayEmit(): boolean {
    return this.context.isOutputAvailable() && !this.context.emissions.holdsInput
  }

  #emitQueued(budget: number): number {
    const { queue } = this.#run
    let left = budget
    while (left > 0 && queue.length > 0 && this.#mayEmit) {
      queue.emitNext()
      left -= 1
    }
    return left
  }

  /** The generator has nothing now: it is asked again soon, and less often the longer that goes on. */
  #pause(): SourceStatus {
    const { clock } = this.context
    this.#pauseMs = this.#run.takeHasPulled() ? SHORTEST_PAUSE_MS : Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
    this.#pauseTimer?.cancel()
    this.#pauseTimer = clock.setTimer(this.#pauseMs, () => {
      this.#wake()
    })
    return 'waiting'
  }

  #status(): SourceStatus {
    const run = this.#run
    if (run.queue.length > 0) return 'more'
    if (run.state === 'ended') return 'end'
    if (run.isPulled) return 'more'
    run.requestMore()
    return 'waiting'
  }

  #wake(): void {
    if (this.#wakeRequested) return
    this.#wakeRequested = true
    this.context.enqueueMail(() => {
      this.#wakeRequested = false
    })
  }
}
