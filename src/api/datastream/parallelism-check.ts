import { FlinkError } from '../../core/errors/flink-error.js'
import type { TransformationSettings } from '../dag/transformation.js'

/** Refuses a parallelism that the operator cannot have. */
export function checkParallelism(parallelism: number, settings: TransformationSettings): void {
  const operator = settings.name
  if (!Number.isInteger(parallelism) || parallelism < 1) {
    const reason = `the parallelism must be a positive whole number, not ${String(parallelism)}`
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
  if (settings.nonParallel && parallelism !== 1) {
    const reason = 'The parallelism of non parallel operator must be 1.'
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
}
