import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { TransformationSettings } from '../dag/transformation.js'

/** Refuses a parallelism that the operator cannot have. */
export function checkParallelism(parallelism: number, settings: TransformationSettings): void {
  const operator = settings.name
  if (!Number.isInteger(parallelism) || parallelism < 1) {
    const reason = `the parallelism must be a positive whole number, not ${describeValue(parallelism)}`
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
  if (settings.nonParallel && parallelism !== 1) {
    const reason = 'The parallelism of non parallel operator must be 1.'
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
}

/** As many key groups as the format of a snapshot can number. */
const HIGHEST_MAX_PARALLELISM = 32_768

/** Refuses a number of key groups that cannot be. */
export function checkMaxParallelism(maxParallelism: number, operator: string): void {
  if (Number.isInteger(maxParallelism) && maxParallelism >= 1 && maxParallelism <= HIGHEST_MAX_PARALLELISM) return
  const limits = `between 1 and ${String(HIGHEST_MAX_PARALLELISM)}`
  const reason = `the max parallelism must be a whole number ${limits}, not ${describeValue(maxParallelism)}`
  throw new FlinkError('GRAPH_INVALID', { operator, reason })
}
