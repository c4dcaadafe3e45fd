// Duty: the restore rules, one path for savepoint, retained checkpoint and restart: which state goes to which subtask.
// Invariants: every key group goes to exactly one subtask; every element of an evenly split list to exactly one; union
// lists go to all. Nothing of the snapshot is left out silently: state without operator is refused or reported.
// Thread: main thread.
import { FlinkError } from '../core/errors/flink-error.js'
import { WRITTEN_FILES_STATE } from '../core/fs/written-files-state.js'
import { keyGroupRangeForOperatorIndex } from '../core/keygroups/key-group-assignment.js'
import { intersectKeyGroups, keyGroupRangeSize } from '../core/keygroups/key-group-range.js'
import { RAW_KEYED_STATE } from '../core/keygroups/raw-keyed-state.js'
import type { CompletedCheckpoint, OperatorState } from './checkpoint-metadata.js'
import { splitOperatorState } from './operator-state-split.js'
import { storedIdOf, type PlannedOperator } from './planned-operator.js'
import {
  channelStateOf,
  EMPTY_SUBTASK_STATE,
  type KeyedStateHandle,
  type OperatorStateHandle,
  type OperatorSubtaskState,
  type StreamStateHandle,
} from './state-handles.js'
import { adviceForUnclaimed, describeUnclaimed } from './unclaimed-state.js'

export interface AssignedOperator {
  readonly maxParallelism: number
  readonly fullyFinished: boolean
  /** By subtask. */
  readonly subtasks: readonly OperatorSubtaskState[]
  readonly coordinatorState: StreamStateHandle | undefined
}

export interface StateAssignment {
  readonly operators: ReadonlyMap<string, AssignedOperator>
  /** Operators of the snapshot whose state is skipped, with what they held. */
  readonly skipped: readonly string[]
}

export function assignState(
  checkpoint: CompletedCheckpoint,
  plan: readonly PlannedOperator[],
  allowNonRestoredState: boolean,
): StateAssignment {
  const stored = new Set(checkpoint.metadata.operators.map(({ operatorId }) => operatorId))
  const planned = new Map(plan.map((operator) => [storedIdOf(operator, stored), operator]))
  const operators = new Map<string, AssignedOperator>()
  const unmatched: OperatorState[] = []
  const withoutCoordinator: string[] = []
  for (const state of checkpoint.metadata.operators) {
    refuseChannelState(state, checkpoint)
    const target = planned.get(state.operatorId)
    if (target !== undefined) {
      operators.set(target.operatorId, assignOperator(state, target, checkpoint.externalPath))
      if (state.coordinatorState !== undefined && !target.hasCoordinator) withoutCoordinator.push(describe(state))
    } else if (hasState(state)) unmatched.push(state)
  }
  if (unmatched.length > 0 && !allowNonRestoredState) {
    const advice = adviceForUnclaimed(unmatched, checkpoint, plan)
    const operatorNames = unmatched.map(describe).join(', ')
    throw new FlinkError('STATE_UNMATCHED', { path: checkpoint.externalPath, operators: operatorNames, advice })
  }
  if (withoutCoordinator.length > 0 && !allowNonRestoredState) {
    const details = { path: checkpoint.externalPath, operators: withoutCoordinator.join(', ') }
    throw new FlinkError('COORDINATOR_STATE_UNMATCHED', details)
  }
  const skipped = unmatched.map(describeUnclaimed)
  return { operators, skipped: [...skipped, ...withoutCoordinator.map((each) => `the coordinator of ${each}`)] }
}

/** No task can put records in flight back yet; without them they would be lost. */
export function refuseChannelState(state: OperatorState, { metadata, externalPath }: CompletedCheckpoint): void {
  const isHeld = state.subtasks.some((subtask) => subtask !== undefined && channelStateOf(subtask).length > 0)
  if (!isHeld) return
  const { engineVersion } = metadata
  const details = { path: externalPath, operator: describe(state), engineVersion }
  throw new FlinkError('CHANNEL_STATE_UNSUPPORTED', details)
}

function describe(state: OperatorState): string {
  return `${state.operatorId} (${state.uid === undefined ? state.name : `uid "${state.uid}"`})`
}

/** True for state that would be missed; where a file sink stood is not. */
export function hasState(state: OperatorState): boolean {
  if (state.coordinatorState !== undefined) return true
  return state.subtasks.some((subtask) => {
    const { managedKeyed, managedOperator } = subtask ?? EMPTY_SUBTASK_STATE
    return [...managedKeyed, ...managedOperator].some(isMissed)
  })
}

function isMissed(handle: KeyedStateHandle | OperatorStateHandle): boolean {
  return handle.states.length === 0 || handle.states.some(({ name }) => name !== WRITTEN_FILES_STATE)
}

/** Throws where the operator cannot have the state. */
export function assignOperator(state: OperatorState, target: PlannedOperator, path: string): AssignedOperator {
  const maxParallelism = maxParallelismOf(state, target, path)
  const { parallelism } = target
  const operatorHandles = splitOperatorState(
    state.subtasks.map((subtask) => subtask?.managedOperator ?? []),
    parallelism,
  )
  const managed = state.subtasks.flatMap((subtask) => subtask?.managedKeyed ?? [])
  const subtasks = Array.from({ length: parallelism }, (_, index) => {
    const range = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, index)
    const isMine = (handle: KeyedStateHandle): boolean =>
      keyGroupRangeSize(intersectKeyGroups(handle.keyGroups, range)) > 0
    return {
      managedKeyed: managed.filter(isMine),
      managedOperator: operatorHandles[index] ?? [],
    }
  })
  return { maxParallelism, fullyFinished: state.fullyFinished, subtasks, coordinatorState: state.coordinatorState }
}

/** Of key groups, whose number stays then: managed, or raw of an own operator. */
function isKeyed(subtask: OperatorSubtaskState | undefined): boolean {
  const { managedKeyed, managedOperator } = subtask ?? EMPTY_SUBTASK_STATE
  return managedKeyed.length > 0 || managedOperator.some(({ states }) => states.some(isRawKeyed))
}

function isRawKeyed({ name }: { readonly name: string }): boolean {
  return name === RAW_KEYED_STATE
}

function maxParallelismOf(state: OperatorState, target: PlannedOperator, path: string): number {
  const { name: operator, parallelism } = target
  if (state.maxParallelism === target.maxParallelism) return target.maxParallelism
  const keyed = state.subtasks.some(isKeyed)
  if (!keyed && !target.maxParallelismDeclared && parallelism > state.maxParallelism) return target.maxParallelism
  if (target.maxParallelismDeclared && keyed) {
    const details = { path, operator, restored: state.maxParallelism, requested: target.maxParallelism }
    throw new FlinkError('MAX_PARALLELISM_MISMATCH', details)
  }
  if (target.maxParallelismDeclared) return target.maxParallelism
  if (parallelism > state.maxParallelism) {
    const details = {
      operator,
      path,
      parallelism,
      maxParallelism: state.maxParallelism,
      requested: target.maxParallelism,
    }
    throw new FlinkError('RESTORED_MAX_PARALLELISM_EXCEEDED', details)
  }
  return state.maxParallelism
}
