import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { WatermarkStrategy } from '../../eventtime/watermark-strategy.js'
import { hasMethods } from '../../functions/has-methods.js'
import { Boundedness } from './boundedness.js'
import type { Source } from './source.js'
import type { SourceSplit } from './source-split.js'

const METHODS = ['getBoundedness', 'createReader', 'createEnumerator', 'restoreEnumerator'] as const

/** The argument as a source of any records and splits; GRAPH_INVALID where it is none. */
export function checkSource(source: unknown): Source<unknown, SourceSplit> {
  if (typeof source !== 'object' || source === null) refuse(`it takes a Source, not ${describeValue(source)}`)
  const missing = METHODS.find((method) => !hasMethods(source, method))
  if (missing !== undefined) {
    const advice = hasMethods(source, 'run') ? '. A source function, with a method run, goes to addSource' : ''
    refuse(`its source has no method ${missing}${advice}`)
  }
  const checked = source as Source<unknown, SourceSplit>
  const boundedness: unknown = checked.getBoundedness()
  if (typeof boundedness === 'string' && boundedness in Boundedness) return checked
  return refuse(`getBoundedness() of its source gives ${describeValue(boundedness)} and no Boundedness`)
}

/** The argument as a strategy for any records. */
export function checkStrategy(strategy: unknown): WatermarkStrategy<unknown> {
  if (strategy instanceof WatermarkStrategy) return strategy as WatermarkStrategy<unknown>
  return refuse(`it takes a WatermarkStrategy after the source (WatermarkStrategy.noWatermarks() for none)`)
}

function refuse(reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: 'fromSource', reason })
}
