import type { TypeInformation } from '../../types/type-information.js'
import type { Boundedness } from './boundedness.js'
import type { SimpleVersionedSerializer } from './simple-versioned-serializer.js'
import type { SourceReader } from './source-reader.js'
import type { SourceReaderContext } from './source-reader-context.js'
import type { SourceSplit } from './source-split.js'
import type { SplitEnumerator } from './split-enumerator.js'
import type { SplitEnumeratorContext } from './split-enumerator-context.js'

/**
 * A source of the kind of FLIP-27: one enumerator finds splits and assigns them to readers, one reader a subtask reads them.
 * The object is a factory: it is made by main in every worker, serves all subtasks, and keeps nothing of them.
 *
 * Splits need a serializer: with their method `splitId` they are no plain data. Without one they can be stored only where their
 * class is registered with `getConfig().registerType`. The state of the enumerator may be plain data, which needs none
 * (SOURCE_NOT_SERIALIZABLE otherwise).
 *
 * @example
 * ```ts
 * import { NumberSequenceSource, StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts'
 * import type { NumberSequenceSplit, Source } from 'flink-ts'
 *
 * const numbers: Source<number, NumberSequenceSplit, readonly NumberSequenceSplit[]> = new NumberSequenceSource(1, 100)
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromSource(numbers, WatermarkStrategy.noWatermarks<number>(), 'numbers').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/
 */
export interface Source<T, SplitT extends SourceSplit, EnumChkT = unknown> {
  getBoundedness(): Boundedness
  createReader(context: SourceReaderContext): SourceReader<T, SplitT> | Promise<SourceReader<T, SplitT>>
  /** On a fresh start. */
  createEnumerator(
    context: SplitEnumeratorContext<SplitT>,
  ): SplitEnumerator<SplitT, EnumChkT> | Promise<SplitEnumerator<SplitT, EnumChkT>>
  /** Where the job goes on from a snapshot: `checkpoint` is what `snapshotState` of the enumerator gave. */
  restoreEnumerator(
    context: SplitEnumeratorContext<SplitT>,
    checkpoint: EnumChkT,
  ): SplitEnumerator<SplitT, EnumChkT> | Promise<SplitEnumerator<SplitT, EnumChkT>>
  getSplitSerializer?(): SimpleVersionedSerializer<SplitT>
  getEnumeratorCheckpointSerializer?(): SimpleVersionedSerializer<EnumChkT>
  /** The type of its records, where `fromSource` is given none. */
  getProducedType?(): TypeInformation<T> | undefined
}
