// Duty: how an operator that makes at most one result of a record describes itself, so that neighbours in a chain can
// run as one generated function.
// Invariants: only operators whose whole work on a record is the call of one function are stages; a run of stages ends at
// whatever else follows (a sink, a channel, several readers, a function with a collector).
// Thread: the task worker that owns the operators.
import type { KeySpec } from '../../../api/dag/key-spec.js'
import type { FlinkError } from '../../../core/errors/flink-error.js'
import type { Copier } from '../../../core/types/copier.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'

export interface RecordStage {
  /** `map`: the result goes on; `filter`: the record goes on if the result is truthy. */
  readonly kind: 'map' | 'filter'
  readonly function: object
  /** The method of the function that is called with the record. */
  readonly method: string
  /** Copies what the stage before hands over; undefined at the beginning of a chain and where references are handed on. */
  readonly copier: Copier | undefined
  /** Sets the current key; on keyed streams only. */
  readonly keyed: { readonly key: KeySpec; readonly backend: KeyedStateBackend } | undefined
  /** The one error for what the function threw. */
  failed(error: unknown): FlinkError
  /** The error for a promise that the function returned. */
  refused(promise: PromiseLike<unknown>): FlinkError
}

/** A stage, those after it, and what the last of them emits to. A run is part of those that begin before it. */
export interface StageRun {
  readonly stage: RecordStage
  readonly next: StageRun | undefined
  readonly tail: { collect(value: unknown, timestamp: number): void }
}

/** The run of a stage that is fed through the copier. */
export function stageRunThrough(copier: Copier | undefined, run: StageRun): StageRun {
  return { ...run, stage: { ...run.stage, copier } }
}

/** The stages of a run, in the order of a record. */
export function stagesOf(run: StageRun): RecordStage[] {
  const stages: RecordStage[] = []
  for (let at: StageRun | undefined = run; at !== undefined; at = at.next) stages.push(at.stage)
  return stages
}
