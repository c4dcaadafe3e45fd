/**
 * Event time of a drawn job. It is a function of the number, and its disorder within a source subtask stays below a bound, over
 * restarts and with any parallelism as well, so that a record that is late is an error of the engine. See `range-source.ts`.
 */
import type { Random } from '../../src/core/random/random.js'
import { WatermarkStrategy, type WatermarkGenerator } from '../../src/index.js'
import { between, happens, oneOf } from './draw.js'
import type { NumberRecord } from './job-world.js'

type GeneratorKind = 'bounded' | 'punctuated' | 'monotonous'

export interface TimePlan {
  readonly generator: GeneratorKind
  /** Event time from a number to the next one. */
  readonly stepMs: number
  /** By so much less than that a single record may be off. */
  readonly jitterMs: number
  /** A subtask may emit a number before those that are less by up to that. */
  readonly window: number
  /** Records wait for the end of a slot of event time. */
  readonly slotMs: number
  /** How the source without records tells that nobody is to wait for it. */
  readonly quiet: 'says that it is idle' | 'is idle after a while'
  readonly intervalMs: number
  /** Numbers come from splits that are found while the job runs; undefined: from source functions. */
  readonly splits: SplitPlan | undefined
}

export interface SplitPlan {
  readonly splits: number
  /** From one that is found to the next. */
  readonly discoveryMs: number
}

/** Numbers of one source; those of the next begin there. */
export const NUMBERS_A_SOURCE = 10_000_000

const PUNCTUATED_ONE_IN = 5
const QUIET_AFTER_MS = 30

export function drawTime(random: Random): TimePlan {
  const generator = oneOf<GeneratorKind>(random, ['bounded', 'bounded', 'punctuated', 'monotonous'])
  const isExact = generator === 'monotonous'
  return {
    generator,
    stepMs: between(random, 1, 20),
    jitterMs: isExact ? 1 : between(random, 1, 100),
    window: isExact ? 1 : between(random, 1, 30),
    slotMs: 10 * between(random, 1, 100),
    quiet: oneOf(random, ['says that it is idle', 'is idle after a while']),
    // With less a simulated worker, whose steps take about a millisecond, has to do with watermarks alone.
    intervalMs: Math.max(5, oneOf(random, [between(random, 1, 20), between(random, 20, 200)])),
    splits: happens(random, 2) ? { splits: between(random, 1, 12), discoveryMs: between(random, 1, 60) } : undefined,
  }
}

export function timeOf(value: number, { stepMs, jitterMs }: TimePlan): number {
  return (value % NUMBERS_A_SOURCE) * stepMs + ((Math.imul(value, 40_503) >>> 8) % jitterMs)
}

export function timesOf(plan: TimePlan): WatermarkStrategy<NumberRecord> {
  return strategyOf(plan).withTimestampAssigner(({ value }: NumberRecord) => timeOf(value, plan))
}

export function timesOfQuiet(plan: TimePlan): WatermarkStrategy<NumberRecord> {
  return strategyOf(plan).withIdleness(QUIET_AFTER_MS)
}

function strategyOf(plan: TimePlan): WatermarkStrategy<NumberRecord> {
  const boundMs = plan.window * plan.stepMs + plan.jitterMs
  switch (plan.generator) {
    case 'bounded':
      return WatermarkStrategy.forBoundedOutOfOrderness<NumberRecord>(boundMs)
    case 'monotonous':
      return WatermarkStrategy.forMonotonousTimestamps<NumberRecord>()
    case 'punctuated':
      return WatermarkStrategy.forGenerator<NumberRecord>(() => punctuated(boundMs))
  }
}

/** With one of so many records; nothing periodic. */
function punctuated(boundMs: number): WatermarkGenerator<NumberRecord> {
  let greatest = Number.NEGATIVE_INFINITY
  return {
    onEvent: ({ value }, timestamp, output) => {
      greatest = Math.max(greatest, timestamp)
      if (value % PUNCTUATED_ONE_IN === 0) output.emitWatermark(greatest - boundMs - 1)
    },
    onPeriodicEmit: () => undefined,
  }
}
