// Duty: which operator of the program is most likely the one whose state nobody claims, under another uid or in another place.
// Invariants: one is named only where no other is as likely, on either side: state in the wrong operator is worse than no advice.
// Only what could take the state comes into question. Thread: main thread.
import { nearestName } from '../core/errors/nearest-name.js'
import { isOfTimers } from '../core/time/timer-states.js'
import type { OperatorState } from './checkpoint-metadata.js'
import { storedIdOf, type PlannedOperator } from './planned-operator.js'
import type { StateMetadata } from './state-handles.js'

/** A state that the program asks for. */
export type AskedState = Pick<StateMetadata, 'name' | 'kind'>

export interface RenameSearch {
  /** All operators of the snapshot and of the program, each in the order of its plan. */
  readonly stored: readonly OperatorState[]
  readonly plan: readonly PlannedOperator[]
  /** What an operator of the program asks for; undefined where nobody knows. */
  readonly askedBy?: (operatorId: string) => readonly AskedState[] | undefined
}

export interface Rename {
  readonly stored: OperatorState
  readonly planned: PlannedOperator
}

const SAME_NAME = 3
const SAME_STATES = 3
const SOME_STATES = 2
const NEAR_UID = 2
const SAME_NEIGHBOURS = 2
/** Any of these. */
const LEAST_LIKELY = 2

/** By id of the operator in the snapshot: those that the program does not have, and for which there is one. */
export function likelyRenames(search: RenameSearch): ReadonlyMap<string, Rename> {
  const { stored, plan } = search
  const storedIds = stored.map(({ operatorId }) => operatorId)
  const isStored = new Set(storedIds)
  const plannedIds = plan.map((operator) => storedIdOf(operator, isStored))
  const isPlanned = new Set(plannedIds)
  const orphans = stored.filter(({ operatorId }) => !isPlanned.has(operatorId))
  const added = plan.filter((_, index) => !isStored.has(plannedIds[index] ?? ''))
  const neighbours = { before: neighboursOf(storedIds, isPlanned), now: neighboursOf(plannedIds, isStored) }
  const pairs = orphans.flatMap((orphan) =>
    added.map((planned) => ({
      stored: orphan,
      planned,
      likelihood: likelihoodOf(orphan, planned, search, neighbours),
    })),
  )
  const renames = new Map<string, Rename>()
  for (const pair of pairs) {
    const isRival = (other: typeof pair): boolean =>
      other !== pair &&
      (other.stored === pair.stored || other.planned === pair.planned) &&
      other.likelihood >= pair.likelihood
    if (pair.likelihood >= LEAST_LIKELY && !pairs.some(isRival)) renames.set(pair.stored.operatorId, pair)
  }
  return renames
}

/**
 * What gives the operator of the program the state: written after the method that makes it. With an id alone the next snapshot has
 * the state under the uid, so an operator without one gets one.
 */
export function claimingCall({ operatorId, uid }: OperatorState, planned: Pick<PlannedOperator, 'uid'>): string {
  if (uid === undefined) return `${planned.uid === undefined ? ".uid('...')" : ''}.setUidHash('${operatorId}')`
  return `.uid('${uid.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}')`
}

type Neighbours = ReadonlyMap<string, readonly [before: string | undefined, after: string | undefined]>

function likelihoodOf(
  orphan: OperatorState,
  planned: PlannedOperator,
  { askedBy }: RenameSearch,
  neighbours: { readonly before: Neighbours; readonly now: Neighbours },
): number {
  if (!couldTake(orphan, planned)) return 0
  const asked = askedBy?.(planned.operatorId)?.filter((state) => !isOfTimers(state))
  const states = likelihoodOfStates(
    statesOf(orphan).filter((state) => !isOfTimers(state)),
    asked,
  )
  if (states === undefined) return 0
  const isNear = nearestName(orphan.uid ?? '', planned.uid === undefined ? [] : [planned.uid]) !== undefined
  const [before, now] = [neighbours.before.get(orphan.operatorId), neighbours.now.get(planned.operatorId)]
  const isBeside = before?.some((id) => id !== undefined) === true && before[0] === now?.[0] && before[1] === now?.[1]
  return (
    states + (orphan.name === planned.name ? SAME_NAME : 0) + (isNear ? NEAR_UID : 0) + (isBeside ? SAME_NEIGHBOURS : 0)
  )
}

function couldTake(orphan: OperatorState, planned: PlannedOperator): boolean {
  if (orphan.coordinatorState !== undefined && !planned.hasCoordinator) return false
  const isKeyed = orphan.subtasks.some((subtask) => (subtask?.managedKeyed.length ?? 0) > 0)
  return !isKeyed || planned.isKeyed !== false
}

/** Undefined where it asks for none of them. */
function likelihoodOfStates(
  stored: readonly AskedState[],
  asked: readonly AskedState[] | undefined,
): number | undefined {
  if (asked === undefined || stored.length === 0) return 0
  const found = stored.filter(({ name, kind }) => asked.some((each) => each.name === name && each.kind === kind))
  if (found.length === stored.length) return SAME_STATES
  return found.length > 0 ? SOME_STATES : undefined
}

/** Of all subtasks, each once. */
export function statesOf({ subtasks }: Pick<OperatorState, 'subtasks'>): StateMetadata[] {
  const byName = new Map<string, StateMetadata>()
  for (const subtask of subtasks) {
    if (subtask === undefined) continue
    for (const { states } of [...subtask.managedKeyed, ...subtask.managedOperator]) {
      for (const state of states) if (!byName.has(state.name)) byName.set(state.name, state)
    }
  }
  return [...byName.values()]
}

/** By operator: the nearest ones before and after it that are on the other side as well. */
function neighboursOf(ids: readonly string[], other: ReadonlySet<string>): Neighbours {
  return new Map(
    ids.map((id, index) => {
      const before = ids.slice(0, index).findLast((each) => other.has(each))
      const after = ids.slice(index + 1).find((each) => other.has(each))
      return [id, [before, after]]
    }),
  )
}
