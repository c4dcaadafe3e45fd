/** Which entries of a snapshot are asked for. A name that the snapshot has not is an error that says which it has. */
import { FlinkError } from '../core/errors/flink-error.js'
import { nearestName } from '../core/errors/nearest-name.js'
import type { CompletedCheckpoint, OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'

export interface EntryFilter {
  /** uids, ids or names; empty for all. */
  readonly operators: readonly string[]
  /** Names of states; empty for all. */
  readonly states: readonly string[]
  /** In the JSON form, parsed; absent for all. Elements of operator state have no key and are left out by it. */
  readonly key?: unknown
}

export const EVERYTHING: EntryFilter = { operators: [], states: [] }

/** What an operator is called in lines: its uid, or its id where the program gave none. */
export function operatorLabel({ uid, operatorId }: OperatorState): string {
  return uid ?? operatorId
}

export function wantedOperators({ metadata, externalPath }: CompletedCheckpoint, filter: EntryFilter): OperatorState[] {
  const { operators } = metadata
  for (const name of filter.operators) {
    if (operators.some((operator) => isCalled(operator, name))) continue
    throw unknown(externalPath, `operator '${name}'`, name, operators.map(operatorLabel))
  }
  const wanted = operators.filter((operator) => isWanted(filter.operators, (name) => isCalled(operator, name)))
  const states = new Set(wanted.flatMap((operator) => statesOf(operator).map(({ name }) => name)))
  for (const name of filter.states) {
    if (!states.has(name)) throw unknown(externalPath, `state '${name}'`, name, states)
  }
  return wanted
}

export function isStateWanted(filter: EntryFilter, state: string): boolean {
  return isWanted(filter.states, (name) => name === state)
}

/** By uid or id before by name, which several may have. */
export function operatorNamed(operators: readonly OperatorState[], name: string): OperatorState | undefined {
  return operators.find((operator) => operator.uid === name || operator.operatorId === name)
}

/** Each once, those of keyed state first. */
export function statesOf({ subtasks }: OperatorState): StateMetadata[] {
  const byName = new Map<string, StateMetadata>()
  for (const subtask of subtasks) {
    for (const { states } of [...(subtask?.managedKeyed ?? []), ...(subtask?.managedOperator ?? [])]) {
      for (const state of states) if (!byName.has(state.name)) byName.set(state.name, state)
    }
  }
  return [...byName.values()]
}

/** Of keys, whatever it is called otherwise: values of any kind, and timers. */
export function isKeyed({ kind }: StateMetadata): boolean {
  return kind !== 'operator-list' && kind !== 'operator-union' && kind !== 'broadcast'
}

/** For an error: what there is, and which of it was most likely meant. */
export function unknown(path: string, what: string, given: string, known: Iterable<string>): FlinkError {
  const names = [...known]
  const nearest = nearestName(given, names)
  const meant = nearest === undefined ? '' : ` Did you mean '${nearest}'?`
  const found = names.length === 0 ? 'It has none.' : `It has ${names.map((name) => `'${name}'`).join(', ')}.${meant}`
  return new FlinkError('SNAPSHOT_CONTENT_UNKNOWN', { path, what, found })
}

function isCalled({ uid, operatorId, name }: OperatorState, given: string): boolean {
  return uid === given || operatorId === given || name === given
}

function isWanted(names: readonly string[], isOne: (name: string) => boolean): boolean {
  return names.length === 0 || names.some(isOne)
}
