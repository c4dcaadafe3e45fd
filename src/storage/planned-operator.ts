// Duty: what a restore has to know of an operator of the program.
// Thread: main thread.
import type { InputEdge } from './checkpoint-metadata.js'

/** An operator of the program that is to be restored. */
export interface PlannedOperator {
  readonly operatorId: string
  readonly name: string
  readonly uid?: string | undefined
  /** Another id, under which a snapshot may have its state. */
  readonly uidHash?: string | undefined
  /** Absent where nobody knows. */
  readonly isKeyed?: boolean
  readonly parallelism: number
  readonly maxParallelism: number
  /** False when it was derived: then the snapshot's value is taken over. */
  readonly maxParallelismDeclared: boolean
  /** What the declared type of the key says of it; undefined where nothing was declared. */
  readonly keyShape: string | undefined
  readonly hasCoordinator: boolean
  /** Into it, where it is the first operator of its task. */
  readonly inputEdges?: readonly InputEdge[]
  /** All that its records may come from; absent where nobody knows. */
  readonly sources?: readonly PlannedSource[]
}

export type PlannedSource = Pick<PlannedOperator, 'operatorId' | 'uidHash' | 'name'>

/** The id under which the snapshot has its state: the uid hash where that is one of `stored`, as in Flink, else its own. */
export function storedIdOf(
  { operatorId, uidHash }: Pick<PlannedOperator, 'operatorId' | 'uidHash'>,
  stored: { readonly has: (operatorId: string) => boolean },
): string {
  return uidHash !== undefined && stored.has(uidHash) ? uidHash : operatorId
}
