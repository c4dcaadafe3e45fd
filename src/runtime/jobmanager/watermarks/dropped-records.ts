// Duty: the late records that operators have dropped, by the names of the operators.
// Thread: main thread.
import type { JobVertex } from '../../../graph/job-graph.js'

export interface DroppedRecords {
  /** Name of the operator. */
  readonly operator: string
  readonly numDropped: number
}

/** Of these operators, those that have dropped any. */
export function droppedRecordsOf(
  operators: JobVertex['operators'],
  dropped: ReadonlyMap<string, number>,
): DroppedRecords[] {
  return operators.flatMap(({ id, name: operator }) => {
    const numDropped = dropped.get(id) ?? 0
    return numDropped > 0 ? [{ operator, numDropped }] : []
  })
}
