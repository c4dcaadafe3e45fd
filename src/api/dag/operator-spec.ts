import { asyncKeepsState, type AsyncSpec } from './operators/async-spec.js'
import { supportsWriterState } from '../connector/sink2/sink-check.js'
import { committingSinkKeepsState, type CommittingSinkSpec } from './operators/committing-sink-spec.js'
import { eventTimeKeepsState, type EventTimeSpec } from './operators/event-time-spec.js'
import type { KeepsState } from './operators/keeps-state.js'
import { iterationKeepsState, type IterationSpec } from './operators/iteration-spec.js'
import { joinKeepsState, type JoinSpec } from './operators/join-spec.js'
import { keyedKeepsState, type KeyedSpec } from './operators/keyed-spec.js'
import { oneInputKeepsState, type OneInputSpec } from './operators/one-input-spec.js'
import { ownOperatorKeepsState, type OwnOperatorSpec } from './operators/own-operator-spec.js'
import { sinkKeepsState, type SinkSpec } from './operators/sink-spec.js'
import { SOURCE_COORDINATOR, sourceKeepsState, type SourceSpec } from './operators/source-spec.js'
import { twoInputKeepsState, type TwoInputSpec } from './operators/two-input-spec.js'
import { windowKeepsState, type WindowSpec } from './operators/window-spec.js'
import type { OperatorCoordinatorProvider } from './operator-coordinator.js'
import type { StreamOperatorFactory } from './stream-operator-factory.js'

/** An operator that has no kind of its own: it brings its factory. */
export interface FactorySpec {
  readonly kind: 'factory'
  readonly factory: StreamOperatorFactory
  readonly functions: readonly object[]
  /** Whether it keeps state of its own, whatever its functions do. */
  readonly keepsState?: boolean
  /** Present where one coordinator decides for all subtasks. */
  readonly coordinator?: OperatorCoordinatorProvider
}

/** Operators that have a kind, by families: a file each in `operators/`, and one in the engine that makes them. */
export type KindSpec =
  | SourceSpec
  | OneInputSpec
  | AsyncSpec
  | EventTimeSpec
  | KeyedSpec
  | WindowSpec
  | JoinSpec
  | TwoInputSpec
  | OwnOperatorSpec
  | IterationSpec
  | SinkSpec
  | CommittingSinkSpec

/**
 * What an operator does: the name of its kind and what the user gave for it. The engine turns a kind into an operator of its
 * own (runtime/taskmanager/operators), so api never reaches the engine. Plans carry the kind only; a worker finds the
 * functions again by operator id in its own copy of the graph. Which members are objects of the user's says `functionsOf`.
 */
export type OperatorSpec = KindSpec | FactorySpec

export type OperatorKind = OperatorSpec['kind']

const kindKeepsState: KeepsState<KindSpec> = {
  ...sourceKeepsState,
  ...oneInputKeepsState,
  ...asyncKeepsState,
  ...eventTimeKeepsState,
  ...keyedKeepsState,
  ...windowKeepsState,
  ...joinKeepsState,
  ...twoInputKeepsState,
  ...ownOperatorKeepsState,
  ...iterationKeepsState,
  ...sinkKeepsState,
  ...committingSinkKeepsState,
}

/**
 * The user's functions in an operator, in the order in which they are opened. A watermark strategy is none, nor is a
 * source with splits: they have no life, and several operators may share them.
 */
export function functionsOf(spec: OperatorSpec): readonly object[] {
  if ('functions' in spec) return spec.functions
  return 'function' in spec ? [spec.function] : []
}

/** Of the coordinator that decides for all subtasks, where there is one. */
export function coordinatorNameOf(spec: OperatorSpec): string | undefined {
  if (spec.kind === 'factory') return spec.coordinator?.name
  return spec.kind === 'source' ? SOURCE_COORDINATOR : undefined
}

/** Whether the operator keeps state of its own, or its functions are there for the state of keys. */
export function keepsState(spec: OperatorSpec): boolean {
  if (spec.kind === 'sink-writer') return supportsWriterState(spec.sink)
  return spec.kind === 'factory' ? spec.keepsState === true : kindKeepsState[spec.kind]
}
