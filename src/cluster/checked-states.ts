// Duty: what becomes of each state of one operator: those that the snapshot has and those that the program asks for.
// Invariants: stored state is compared subtask by subtask of the new run, as it will be restored: several old subtasks may have
// written it in different shapes. Thread: the worker that runs the program.
import { functionsOf } from '../api/dag/operator-spec.js'
import { isCheckpointedFunction } from '../api/functions/checkpointed-function.js'
import { isRichFunction } from '../api/functions/rich-function.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { isOfTimers } from '../core/time/timer-states.js'
import type { OperatorBinding } from '../graph/program-graph.js'
import { joinedShape, type AskedState } from '../runtime/taskmanager/state/asked-state.js'
import type { LearnedStates } from '../runtime/taskmanager/task/learned-states.js'
import type { OperatorSubtaskState, StateMetadata } from '../storage/state-handles.js'
import type { CheckedState, StateShape } from './restore-check-result.js'

export interface StatesToCheck {
  /** Undefined where the program does not have the operator. */
  readonly binding: OperatorBinding | undefined
  readonly learned: LearnedStates
  /** By subtask of the new run. */
  readonly restored: readonly OperatorSubtaskState[]
}

/** Those of the snapshot first, then those that are new. */
export function checkStates(input: StatesToCheck): CheckedState[] {
  const { learned, binding } = input
  const asked = new Map(learned.asked.map((each) => [each.metadata.name, each]))
  const stored = storedStates(input)
  const added = learned.asked.filter(({ metadata }) => !stored.has(metadata.name))
  const unclaimed = [...stored.values()].filter(({ name }) => !asked.has(name)).map(({ shapes }) => shapes)
  const checked = [...stored.values()].map((state) => {
    const claim = asked.get(state.name)
    if (claim !== undefined) return comparedState(state, claim)
    const reason = binding === undefined ? undefined : whyUnknown(binding, learned)
    if (reason !== undefined) return { ...headOf(state), verdict: 'unknown', declared: null, reason } as const
    return binding === undefined ? lostState(state) : unclaimedState(state, unclaimed, added)
  })
  return [...checked, ...added.map(newState)]
}

interface StoredState {
  readonly name: string
  /** Different ones, where subtasks wrote it differently. */
  readonly shapes: StateMetadata[]
  /** Why its shapes cannot come together in one subtask. */
  readonly reasons: readonly string[]
}

function storedStates({ restored, binding }: StatesToCheck): ReadonlyMap<string, StoredState> {
  const found = new Map<string, FoundState>()
  for (const subtask of restored) {
    for (const [name, parts] of partsOf(subtask)) {
      const state = found.get(name) ?? { shapes: new Map(), reasons: new Set() }
      found.set(name, state)
      try {
        const shape = joinedShape(parts, binding?.name ?? '')
        state.shapes.set(JSON.stringify(shape), shape)
      } catch (error) {
        for (const part of parts) state.shapes.set(JSON.stringify(part), part)
        state.reasons.add(messageOf(error))
      }
    }
  }
  return new Map(
    [...found].map(([name, { shapes, reasons }]) => [
      name,
      { name, shapes: [...shapes.values()], reasons: [...reasons] },
    ]),
  )
}

interface FoundState {
  /** By what they say. */
  readonly shapes: Map<string, StateMetadata>
  readonly reasons: Set<string>
}

/** By name, of all handles. */
function partsOf({
  managedKeyed,
  managedOperator,
}: OperatorSubtaskState): Map<string, [StateMetadata, ...StateMetadata[]]> {
  const parts = new Map<string, [StateMetadata, ...StateMetadata[]]>()
  for (const { states } of [...managedKeyed, ...managedOperator]) {
    for (const { name, kind, typeFingerprint, schemaVersion, namespaceFingerprint } of states) {
      const metadata = { name, kind, typeFingerprint, schemaVersion }
      const part = namespaceFingerprint === undefined ? metadata : { ...metadata, namespaceFingerprint }
      const known = parts.get(name)
      if (known === undefined) parts.set(name, [part])
      else known.push(part)
    }
  }
  return parts
}

function comparedState({ shapes, ...state }: StoredState, { metadata, check }: AskedState): CheckedState {
  const head = { ...headOf({ ...state, shapes }), declared: shapeOf(metadata) }
  const reasons = new Set(state.reasons)
  for (const shape of shapes) {
    try {
      check(shape)
    } catch (error) {
      reasons.add(messageOf(error))
    }
  }
  if (reasons.size > 0) return { ...head, verdict: 'incompatible', reason: [...reasons].join('\n') }
  const isChanged = shapes.some((shape) => JSON.stringify(shapeOf(shape)) !== JSON.stringify(head.declared))
  return {
    ...head,
    verdict: 'matched',
    ...(isChanged && { reason: 'its values are converted when they are restored' }),
  }
}

function unclaimedState(
  state: StoredState,
  unclaimed: readonly (readonly StateMetadata[])[],
  added: readonly AskedState[],
): CheckedState {
  const head = lostState(state)
  const isTaken = (shapes: readonly StateMetadata[], { metadata, check }: AskedState): boolean =>
    shapes.every((shape) =>
      passes(() => {
        check({ ...shape, name: metadata.name })
      }),
    )
  const takers = added.filter((each) => isTaken(state.shapes, each))
  const [taker] = takers
  const isOnly =
    taker !== undefined && takers.length === 1 && unclaimed.filter((each) => isTaken(each, taker)).length === 1
  if (isOnly && isOfUser(taker)) {
    const advice = `state '${taker.metadata.name}' looks like it, and is new: name it '${state.name}'`
    return { ...head, verdict: 'renamed', advice }
  }
  return { ...head, reason: 'nothing of the operator asks for it: it goes on unread into each snapshot' }
}

function lostState(state: StoredState): CheckedState {
  return { ...headOf(state), verdict: 'orphaned', declared: null }
}

/** An operator that asks for nothing when it is opened may ask for all of it with its first record. */
export function whyUnknown({ spec }: OperatorBinding, { asked, failure }: LearnedStates): string | undefined {
  if (failure !== undefined) return failure
  const isLazy = LAZY.has(spec.kind) || (functionsOf(spec).some(mayAsk) && !asked.some(isOfUser))
  return isLazy ? 'it may be asked for with a record' : undefined
}

/** Triggers, functions of windows and of broadcast streams are given state when a record comes. */
const LAZY: ReadonlySet<string> = new Set([
  'window',
  'co-group',
  'broadcast-process',
  'keyed-broadcast-process',
  'own-one-input',
  'own-two-input',
  'factory',
])

function mayAsk(userFunction: object): boolean {
  return isRichFunction(userFunction) || isCheckpointedFunction(userFunction)
}

function isOfUser({ metadata }: AskedState): boolean {
  return !isOfTimers(metadata)
}

function newState({ metadata }: AskedState): CheckedState {
  const { name, kind } = metadata
  return { name, kind, verdict: 'new', stored: null, declared: shapeOf(metadata) }
}

function headOf({ name, shapes: [shape] }: StoredState): Pick<CheckedState, 'name' | 'kind' | 'stored'> {
  return { name, kind: shape?.kind ?? 'value', stored: shape === undefined ? null : shapeOf(shape) }
}

function shapeOf({ typeFingerprint, schemaVersion, namespaceFingerprint }: StateMetadata): StateShape {
  return { type: typeFingerprint, schemaVersion, namespaces: namespaceFingerprint ?? null }
}

function passes(check: () => void): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}
