// Duty: refuses a program in which an operator that had finished in the snapshot would be given records again.
// Invariants: pure. In a snapshot all sources of a finished operator have finished, or have state in it.
// Thread: main thread, or the worker that runs the program.
import { FlinkError } from '../core/errors/flink-error.js'
import type { CompletedCheckpoint, OperatorState } from './checkpoint-metadata.js'
import { storedIdOf, type PlannedOperator } from './planned-operator.js'

/** Throws FINISHED_OPERATOR_FED for the first of them: whoever has finished runs no more, and its records would be lost. */
export function refuseFedFinished(
  { metadata, externalPath: path }: CompletedCheckpoint,
  plan: readonly PlannedOperator[],
): void {
  const stored = new Map(metadata.operators.map((operator) => [operator.operatorId, operator]))
  for (const planned of plan) refuseNewSource(planned, { path, stored })
}

function refuseNewSource(
  planned: PlannedOperator,
  { path, stored }: { readonly path: string; readonly stored: ReadonlyMap<string, OperatorState> },
): void {
  if (stored.get(storedIdOf(planned, stored))?.fullyFinished !== true) return
  const unknown = planned.sources?.find((source) => !stored.has(storedIdOf(source, stored)))
  if (unknown === undefined) return
  throw new FlinkError('FINISHED_OPERATOR_FED', { path, operator: planned.name, source: unknown.name })
}
