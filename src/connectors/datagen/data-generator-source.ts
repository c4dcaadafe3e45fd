import type { Boundedness } from '../../api/connector/source/boundedness.js'
import { NumberSequenceSource } from '../../api/connector/source/lib/number-sequence-source.js'
import type { NumberSequenceSplit } from '../../api/connector/source/lib/number-sequence-split.js'
import type { SimpleVersionedSerializer } from '../../api/connector/source/simple-versioned-serializer.js'
import type { Source } from '../../api/connector/source/source.js'
import type { SourceReaderContext } from '../../api/connector/source/source-reader-context.js'
import type { SourceReader } from '../../api/connector/source/source-reader.js'
import type { SplitEnumeratorContext } from '../../api/connector/source/split-enumerator-context.js'
import type { SplitEnumerator } from '../../api/connector/source/split-enumerator.js'
import type { TypeInformation } from '../../api/types/type-information.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { DataGeneratorReader } from './data-generator-reader.js'
import type { GeneratorFunction } from './generator-function.js'
import { RateLimiterStrategy } from './rate-limiter-strategy.js'

type Splits = readonly NumberSequenceSplit[]

/**
 * Records that a function makes of the numbers 0 to `count` - 1. Bounded, parallel; exactly once where the function gives the
 * same for the same number. Number.MAX_SAFE_INTEGER is a count that no job reaches.
 *
 * Each subtask has a range of the numbers. Where they stand for time, the ranges begin at different times: give the strategy to
 * fromSource, which has time wait for the slowest, and not to a stream that brings them together, in which most would be late.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts'
 * import { DataGeneratorSource, RateLimiterStrategy } from 'flink-ts/connectors/datagen'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const users = new DataGeneratorSource((n) => ({ user: `u${n % 10}` }), 1000, RateLimiterStrategy.perSecond(100))
 * env.fromSource(users, WatermarkStrategy.noWatermarks(), 'users').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/datagen/
 */
export class DataGeneratorSource<O> implements Source<O, NumberSequenceSplit, Splits> {
  readonly #function: GeneratorFunction<O>
  readonly #numbers: NumberSequenceSource
  readonly #rateLimiterStrategy: RateLimiterStrategy
  readonly #type: TypeInformation<O> | undefined

  /** GRAPH_INVALID where `count` is not a whole number greater than 0, or the function is none. */
  constructor(
    generatorFunction: GeneratorFunction<O> | GeneratorFunction<O>['map'],
    count: number,
    rateLimiterStrategy: RateLimiterStrategy = RateLimiterStrategy.noOp(),
    type?: TypeInformation<O>,
  ) {
    this.#function = checkedFunction(generatorFunction)
    if (!Number.isSafeInteger(count) || count < 1) {
      refuse(`it needs a count that is a whole number greater than 0, but was given ${String(count)}`)
    }
    this.#numbers = new NumberSequenceSource(0, count - 1)
    this.#rateLimiterStrategy = rateLimiterStrategy
    this.#type = type
  }

  getBoundedness(): Boundedness {
    return this.#numbers.getBoundedness()
  }

  getProducedType(): TypeInformation<O> | undefined {
    return this.#type
  }

  async createReader(context: SourceReaderContext): Promise<SourceReader<O, NumberSequenceSplit>> {
    const limiter = this.#rateLimiterStrategy.createRateLimiter?.(context.currentParallelism(), context.getClock())
    await this.#function.open?.(context)
    return new DataGeneratorReader(context, this.#function, limiter)
  }

  createEnumerator(context: SplitEnumeratorContext<NumberSequenceSplit>): SplitEnumerator<NumberSequenceSplit, Splits> {
    return this.#numbers.createEnumerator(context)
  }

  restoreEnumerator(
    context: SplitEnumeratorContext<NumberSequenceSplit>,
    checkpoint: Splits,
  ): SplitEnumerator<NumberSequenceSplit, Splits> {
    return this.#numbers.restoreEnumerator(context, checkpoint)
  }

  getSplitSerializer(): SimpleVersionedSerializer<NumberSequenceSplit> {
    return this.#numbers.getSplitSerializer()
  }

  getEnumeratorCheckpointSerializer(): SimpleVersionedSerializer<Splits> {
    return this.#numbers.getEnumeratorCheckpointSerializer()
  }
}

function checkedFunction<O>(given: GeneratorFunction<O> | GeneratorFunction<O>['map']): GeneratorFunction<O> {
  if (typeof given === 'function') return { map: given }
  const candidate: Partial<GeneratorFunction<O>> | null | undefined = given
  return typeof candidate?.map === 'function' ? given : refuse('it takes a function, or an object with a map method')
}

function refuse(reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: 'DataGeneratorSource', reason })
}
