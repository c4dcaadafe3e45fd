// Duty: the restore rules, one path for savepoint, retained checkpoint and restart: which state goes to which subtask.
// Invariants: every key group goes to exactly one subtask; every element of an evenly split list to exactly one; union
// lists go to all; records in flight: channel-state-assignment.ts. Nothing of the snapshot is left out silently: state without operator is refused or reported.
// Thread: main thread.
import { FlinkError } from '../core/errors/flink-error.js'
import { WRITTEN_FILES_STATE } from '../core/fs/written-files-state.js'
import { keyGroupRangeForOperatorIndex } from '../core/keygroups/key-group-assignment.js'
import { intersectKeyGroups, keyGroupRangeSize } from '../core/keygroups/key-group-range.js'
import { RAW_KEYED_STATE } from '../core/keygroups/raw-keyed-state.js'
import { assignChannelState, hasKeyedChannelState } from './channel-state-assignment.js'
import type { CompletedCheckpoint, OperatorState } from './checkpoint-metadata.js'
import { splitOperatorState } from './operator-state-split.js'
import { storedIdOf, type PlannedOperator } from './planned-operator.js'
import {
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
  /** Operators of the snapshot whose state is skipped, for the log. */
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
  const inFlight: string[] = []
  const path = checkpoint.externalPath
  for (const state of checkpoint.metadata.operators) {
    const target = planned.get(state.operatorId)
    if (target === undefined) {
      const isUnmatched = hasState(state)
      // Where the operator is not there, and has other state, that is the error.
      const rules = { path, allowNonRestoredState: allowNonRestoredState || isUnmatched }
      inFlight.push(...assignChannelState(state, target, { ...rules, maxParallelism: state.maxParallelism }).skipped)
      if (isUnmatched) unmatched.push(state)
      continue
    }
    const { assigned, skipped } = assignOperator(state, target, { path, allowNonRestoredState })
    operators.set(target.operatorId, assigned)
    inFlight.push(...skipped)
    if (state.coordinatorState !== undefined && !target.hasCoordinator) withoutCoordinator.push(describe(state))
  }
  if (unmatched.length > 0 && !allowNonRestoredState) {
    const advice = adviceForUnclaimed(unmatched, checkpoint, plan)
    throw new FlinkError('STATE_UNMATCHED', { path, operators: unmatched.map(describe).join(', '), advice })
  }
  if (withoutCoordinator.length > 0 && !allowNonRestoredState) {
    const details = { path, operators: withoutCoordinator.join(', ') }
    throw new FlinkError('COORDINATOR_STATE_UNMATCHED', details)
  }
  const coordinators = withoutCoordinator.map((each) => `the coordinator of ${each}`)
  return { operators, skipped: [...unmatched.map(describeUnclaimed), ...coordinators, ...inFlight] }
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

export interface OperatorAssignment {
  readonly assigned: AssignedOperator
  /** Records in flight that are dropped, for the log. */
  readonly skipped: readonly string[]
}

/** Throws where the operator cannot have the state. */
export function assignOperator(
  state: OperatorState,
  target: PlannedOperator,
  { path, allowNonRestoredState }: { readonly path: string; readonly allowNonRestoredState: boolean },
): OperatorAssignment {
  const maxParallelism = maxParallelismOf(state, target, path)
  const channels = assignChannelState(state, target, { path, allowNonRestoredState, maxParallelism })
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
    const inputChannels = channels.subtasks[index] ?? []
    return {
      managedKeyed: managed.filter(isMine),
      managedOperator: operatorHandles[index] ?? [],
      ...(inputChannels.length === 0 ? {} : { inputChannels }),
    }
  })
  const { fullyFinished, coordinatorState } = state
  return { assigned: { maxParallelism, fullyFinished, subtasks, coordinatorState }, skipped: channels.skipped }
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
  const keyed = state.subtasks.some(isKeyed) || hasKeyedChannelState(state)
  if (!keyed && !target.maxParallelismDeclared && parallelism > state.maxParallelism) return target.maxParallelism
  if (target.maxParallelismDeclared && keyed) {
    const details = { path, operator, restored: state.maxParallelism, requested: target.maxParallelism }
    throw new FlinkError('MAX_PARALLELISM_MISMATCH', details)
  }
  if (target.maxParallelismDeclared) return target.maxParallelism
  if (parallelism > state.maxParallelism) {
    const { maxParallelism } = state
    const details = { operator, path, parallelism, maxParallelism, requested: target.maxParallelism }
    throw new FlinkError('RESTORED_MAX_PARALLELISM_EXCEEDED', details)
  }
  return state.maxParallelism
}
