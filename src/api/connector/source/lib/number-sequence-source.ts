import type { TypeInformation } from '../../../types/type-information.js'
import { Types } from '../../../types/types-table.js'
import { Boundedness } from '../boundedness.js'
import type { SourceOutput } from '../reader-output.js'
import type { SimpleVersionedSerializer } from '../simple-versioned-serializer.js'
import type { Source } from '../source.js'
import type { SourceReader } from '../source-reader.js'
import type { SourceReaderContext } from '../source-reader-context.js'
import type { SplitEnumerator } from '../split-enumerator.js'
import type { SplitEnumeratorContext } from '../split-enumerator-context.js'
import { IteratorSourceEnumerator } from './iterator-source-enumerator.js'
import {
  checkSequence,
  listsOfNumberSequenceSplits,
  numberSequenceSplits,
  splitSequence,
  type NumberSequenceSplit,
} from './number-sequence-split.js'
import { SequenceReaderBase } from './sequence-reader-base.js'

/**
 * The whole numbers from `from` to `to`, both included, in as many splits as there are subtasks. Bounded, parallel, exactly
 * once; in the order of the numbers within a split. GRAPH_INVALID where the ends are no whole numbers, or the first is greater.
 *
 * @example
 * ```ts
 * import { NumberSequenceSource, StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n * 1000)
 * env.fromSource(new NumberSequenceSource(1, 100), strategy, 'seconds').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/api/java/org/apache/flink/api/connector/source/lib/NumberSequenceSource.html
 */
export class NumberSequenceSource implements Source<number, NumberSequenceSplit, readonly NumberSequenceSplit[]> {
  readonly #from: number
  readonly #to: number

  constructor(from: number, to: number) {
    checkSequence(from, to, 'NumberSequenceSource')
    this.#from = from
    this.#to = to
  }

  getBoundedness(): Boundedness {
    return Boundedness.BOUNDED
  }

  getProducedType(): TypeInformation<number> {
    return Types.LONG
  }

  createReader(context: SourceReaderContext): SourceReader<number, NumberSequenceSplit> {
    return new NumberSequenceReader(context)
  }

  createEnumerator(
    context: SplitEnumeratorContext<NumberSequenceSplit>,
  ): SplitEnumerator<NumberSequenceSplit, readonly NumberSequenceSplit[]> {
    const splits = splitSequence(this.#from, this.#to, context.currentParallelism())
    return new IteratorSourceEnumerator(context, splits)
  }

  restoreEnumerator(
    context: SplitEnumeratorContext<NumberSequenceSplit>,
    checkpoint: readonly NumberSequenceSplit[],
  ): SplitEnumerator<NumberSequenceSplit, readonly NumberSequenceSplit[]> {
    return new IteratorSourceEnumerator(context, checkpoint)
  }

  getSplitSerializer(): SimpleVersionedSerializer<NumberSequenceSplit> {
    return numberSequenceSplits
  }

  getEnumeratorCheckpointSerializer(): SimpleVersionedSerializer<readonly NumberSequenceSplit[]> {
    return listsOfNumberSequenceSplits
  }
}

class NumberSequenceReader extends SequenceReaderBase<number> {
  protected emit(value: number, output: SourceOutput<number>): void {
    output.collect(value)
  }
}
