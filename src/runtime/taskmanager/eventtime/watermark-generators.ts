// Duty: the generator of a strategy: one of the built-in ones or the user's, with idleness around it.
// Invariants: a new one for each subtask or split; nothing of it is state: after a restore watermarks start anew.
// Thread: the task worker that owns the operator.
import type { WatermarkGenerator, WatermarkGeneratorContext } from '../../../api/eventtime/watermark-generator.js'
import type { WatermarkOutput } from '../../../api/eventtime/watermark-output.js'
import type { WatermarkStrategy } from '../../../api/eventtime/watermark-strategy.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import type { ActivityClock } from './activity-clock.js'
import { WatermarksWithIdleness } from './watermarks-with-idleness.js'

/** ReasonError where the user's supplier gives no generator. */
export function createWatermarkGenerator(
  strategy: WatermarkStrategy<unknown>,
  context: WatermarkGeneratorContext,
  activityClock: ActivityClock,
): WatermarkGenerator<unknown> {
  const generator = generatorOf(strategy, context)
  const { idlenessMs } = strategy
  return idlenessMs === undefined ? generator : new WatermarksWithIdleness(generator, idlenessMs, activityClock)
}

function generatorOf(
  { generator }: WatermarkStrategy<unknown>,
  context: WatermarkGeneratorContext,
): WatermarkGenerator<unknown> {
  switch (generator.kind) {
    case 'none':
      return NO_WATERMARKS
    case 'monotonous':
      return new BoundedOutOfOrdernessWatermarks(0)
    case 'bounded-out-of-orderness':
      return new BoundedOutOfOrdernessWatermarks(generator.maxOutOfOrdernessMs)
    case 'generator':
      return checkedGenerator(generator.supplier(context))
  }
}

const NO_WATERMARKS: WatermarkGenerator<unknown> = {
  onEvent: () => undefined,
  onPeriodicEmit: () => undefined,
}

/** Records are at most so late. */
class BoundedOutOfOrdernessWatermarks implements WatermarkGenerator<unknown> {
  readonly #behindMs: number
  #maxTimestamp = Number.NEGATIVE_INFINITY

  constructor(maxOutOfOrdernessMs: number) {
    // A record with the timestamp of the greatest one may still follow.
    this.#behindMs = maxOutOfOrdernessMs + 1
  }

  onEvent(_event: unknown, timestampMs: number): void {
    if (timestampMs > this.#maxTimestamp) this.#maxTimestamp = timestampMs
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    output.emitWatermark(this.#maxTimestamp - this.#behindMs)
  }
}

function checkedGenerator(given: unknown): WatermarkGenerator<unknown> {
  const candidate = given as Partial<WatermarkGenerator<unknown>> | null | undefined
  if (typeof candidate?.onEvent === 'function' && typeof candidate.onPeriodicEmit === 'function') {
    return candidate as WatermarkGenerator<unknown>
  }
  const reason = `the function of WatermarkStrategy.forGenerator has to give an object with onEvent and onPeriodicEmit, not`
  throw new ReasonError(`${reason} ${describeValue(given)}`)
}
