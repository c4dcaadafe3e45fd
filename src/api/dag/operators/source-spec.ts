import type { Source } from '../../connector/source/source.js'
import type { SourceSplit } from '../../connector/source/source-split.js'
import type { WatermarkStrategy } from '../../eventtime/watermark-strategy.js'
import type { SourceFunction } from '../../functions/source-function.js'
import type { KeepsState } from './keeps-state.js'

/** Operators without an input. */
export type SourceSpec =
  | { readonly kind: 'source-function'; readonly function: SourceFunction<unknown> }
  | {
      readonly kind: 'source'
      /** A factory that serves all subtasks, and no function of one. */
      readonly source: Source<unknown, SourceSplit>
      readonly watermarkStrategy: WatermarkStrategy<unknown>
    }

/** The coordinator of every operator of the kind `source`. */
export const SOURCE_COORDINATOR = 'SourceCoordinator'

export const sourceKeepsState: KeepsState<SourceSpec> = { 'source-function': false, source: true }
