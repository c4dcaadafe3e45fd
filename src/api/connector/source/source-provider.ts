import type { WatermarkStrategy } from '../../eventtime/watermark-strategy.js'
import { hasMethods } from '../../functions/has-methods.js'
import type { SourceSplit } from './source-split.js'
import type { Source } from './source.js'

/**
 * What `addSource` takes beside source functions: an older class of a connector whose work a source with splits does.
 *
 * @example
 * ```ts
 * import { NumberSequenceSource, WatermarkStrategy, type SourceProvider } from 'flink-ts'
 *
 * const numbers: SourceProvider<number> = {
 *   toSource: () => new NumberSequenceSource(1, 100),
 *   getWatermarkStrategy: () => WatermarkStrategy.noWatermarks(),
 * }
 * ```
 */
export interface SourceProvider<T> {
  toSource(): Source<T, SourceSplit>
  getWatermarkStrategy(): WatermarkStrategy<T>
}

export function isSourceProvider<T>(candidate: unknown): candidate is SourceProvider<T> {
  return hasMethods(candidate, 'toSource', 'getWatermarkStrategy')
}
