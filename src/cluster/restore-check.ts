// Duty: what a restore of a program from a snapshot would come to, operator by operator and state by state, without one.
// Invariants: what it calls incompatible a restore refuses, for the reason that is told: the functions of the restore say so.
// What only records bring about, such as a state that is asked for with the first of them, is unknown and never guessed.
// Thread: the worker that runs the program; nothing runs as a task.
import { messageOf } from '../core/errors/thrown-value.js'
import type { OperatorBinding, ProgramGraph } from '../graph/program-graph.js'
import { plannedOperators } from '../runtime/jobmanager/checkpoint/state-assignment-operation.js'
import { checkBackendFiles } from '../runtime/taskmanager/state/asked-state.js'
import type { LearnedStates } from '../runtime/taskmanager/task/learned-states.js'
import { assignChannelState } from '../storage/channel-state-assignment.js'
import type { CompletedCheckpoint, OperatorState } from '../storage/checkpoint-metadata.js'
import { expectedKeyShapesOf } from '../storage/expected-keys.js'
import { refuseFedFinished } from '../storage/finished-operators.js'
import { likelyRenames, type Rename } from '../storage/likely-renames.js'
import { storedIdOf, type PlannedOperator } from '../storage/planned-operator.js'
import { assignOperator, hasState, type AssignedOperator } from '../storage/state-assignment.js'
import { adviceOfRename } from '../storage/unclaimed-state.js'
import { checkStates, whyUnknown } from './checked-states.js'
import type { CheckedOperator, CheckedState, RestoreCheck } from './restore-check-result.js'

export interface RestoreCheckInput {
  readonly program: ProgramGraph
  readonly snapshot: CompletedCheckpoint
  /** As `state.backend.type` says it. */
  readonly backend: string
  readonly learn: (binding: OperatorBinding, planned: PlannedOperator) => Promise<LearnedStates>
}

export async function checkRestore(input: RestoreCheckInput): Promise<RestoreCheck> {
  const { program, snapshot } = input
  const stored = new Map(snapshot.metadata.operators.map((operator) => [operator.operatorId, operator]))
  const plan = plannedOperators(program.jobGraph)
  const learned = new Map<string, LearnedStates>()
  const operators: CheckedOperator[] = []
  // One after the other: what fails in one of them is not mixed up with another one.
  for (const planned of plan) {
    const binding = program.operators.get(planned.operatorId)
    if (binding === undefined) continue
    const states = await input.learn(binding, planned)
    learned.set(planned.operatorId, states)
    const checked = checkOperator(
      { planned, binding, learned: states, stored: stored.get(storedIdOf(planned, stored)) },
      input,
    )
    if (checked !== undefined) operators.push(checked)
  }
  const askedBy = (operatorId: string): CheckedName[] | undefined =>
    namesOf(program.operators.get(operatorId), learned.get(operatorId))
  const renames = likelyRenames({ stored: snapshot.metadata.operators, plan, askedBy })
  const isPlanned = new Set(plan.map((planned) => storedIdOf(planned, stored)))
  const orphans = snapshot.metadata.operators
    .filter(({ operatorId }) => !isPlanned.has(operatorId))
    .map((orphan) => orphaned(orphan, renames.get(orphan.operatorId), snapshot.externalPath))
  return { jobName: program.jobGraph.name, operators: [...operators, ...orphans.filter((each) => each !== undefined)] }
}

type CheckedName = Pick<CheckedState, 'name'> & Pick<LearnedStates['asked'][number]['metadata'], 'kind'>

/** Undefined where more of them may be asked for. */
function namesOf(binding: OperatorBinding | undefined, learned: LearnedStates | undefined): CheckedName[] | undefined {
  if (binding === undefined || learned === undefined || whyUnknown(binding, learned) !== undefined) return undefined
  return learned.asked.map(({ metadata }) => metadata)
}

interface OperatorToCheck {
  readonly planned: PlannedOperator
  readonly binding: OperatorBinding
  readonly learned: LearnedStates
  readonly stored: OperatorState | undefined
}

/** Undefined where there is neither state nor a question of it. */
function checkOperator(operator: OperatorToCheck, input: RestoreCheckInput): CheckedOperator | undefined {
  const { planned, binding, learned, stored } = operator
  if (stored === undefined) {
    if (learned.asked.length === 0 && learned.failure === undefined) return undefined
    const states = checkStates({ binding, learned, restored: [] })
    return { ...headOf(planned, undefined), verdict: 'new', ...failureOf(learned), states }
  }
  const { snapshot } = input
  const refusals = new Refusals()
  refusals.of(() => {
    refuseFedFinished(snapshot, [planned])
  })
  let assigned: AssignedOperator | undefined
  const dropped: CheckedState[] = []
  refusals.of(() => {
    const found = assignOperator(stored, planned, { path: snapshot.externalPath, allowNonRestoredState: true })
    assigned = found.assigned
    dropped.push(...found.skipped.map(inFlight))
  })
  refusals.of(() => expectedKeyShapesOf(stored, planned))
  for (const handle of stored.subtasks.flatMap((subtask) => subtask?.managedKeyed ?? [])) {
    refusals.of(() => {
      checkBackendFiles(handle, input.backend, planned.name)
    })
  }
  const subtasks = assigned?.subtasks ?? stored.subtasks
  const restored = subtasks.filter((subtask) => subtask !== undefined)
  const states = [...checkStates({ binding, learned, restored }), ...coordinatorOf(stored, planned), ...dropped]
  const head = headOf(planned, stored)
  if (refusals.reason !== undefined) return { ...head, verdict: 'incompatible', reason: refusals.reason, states }
  const isOver = stored.fullyFinished ? { reason: 'it had finished, and does not run again' } : {}
  return { ...head, verdict: 'matched', ...isOver, ...failureOf(learned), states }
}

/** What keeps its functions from being opened would do so in a run. */
function failureOf({ hasFailed, failure }: LearnedStates): Pick<CheckedOperator, 'verdict' | 'reason'> | undefined {
  return hasFailed && failure !== undefined ? { verdict: 'failed', reason: failure } : undefined
}

/** Says each reason once: several handles are refused for the same. */
class Refusals {
  readonly #reasons = new Set<string>()

  get reason(): string | undefined {
    return this.#reasons.size === 0 ? undefined : [...this.#reasons].join('\n')
  }

  of(check: () => unknown): void {
    try {
      check()
    } catch (error) {
      this.#reasons.add(messageOf(error))
    }
  }
}

function coordinatorOf(
  { coordinatorState }: OperatorState,
  { hasCoordinator }: Pick<PlannedOperator, 'hasCoordinator'>,
): CheckedState[] {
  if (coordinatorState === undefined) return []
  const state = { name: 'coordinator', kind: 'coordinator', stored: null, declared: null } as const
  if (hasCoordinator) return [{ ...state, verdict: 'matched' }]
  return [{ ...state, verdict: 'orphaned', reason: 'the operator has no coordinator in the program' }]
}

/** Undefined where there is nothing that would be missed. */
function orphaned(stored: OperatorState, rename: Rename | undefined, path: string): CheckedOperator | undefined {
  const rules = { path, allowNonRestoredState: true, maxParallelism: stored.maxParallelism }
  const dropped = assignChannelState(stored, undefined, rules).skipped.map(inFlight)
  if (!hasState(stored) && dropped.length === 0) return undefined
  const verdict = rename === undefined ? 'orphaned' : 'renamed'
  const states = checkStates({ binding: undefined, learned: NOTHING_ASKED, restored: present(stored) })
  const advice = rename === undefined ? {} : { advice: adviceOfRename(stored, rename.planned) }
  const coordinator = coordinatorOf(stored, { hasCoordinator: false })
  return { ...headOf(undefined, stored), verdict, ...advice, states: [...states, ...coordinator, ...dropped] }
}

function inFlight(reason: string): CheckedState {
  return { name: 'records in flight', kind: 'channel', verdict: 'orphaned', stored: null, declared: null, reason }
}

const NOTHING_ASKED: LearnedStates = { asked: [], failure: undefined, hasFailed: false }

function present({ subtasks }: OperatorState): NonNullable<OperatorState['subtasks'][number]>[] {
  return subtasks.filter((subtask) => subtask !== undefined)
}

type Head = Pick<CheckedOperator, 'operatorId' | 'uid' | 'name' | 'parallelism' | 'maxParallelism'>

function headOf(planned: PlannedOperator | undefined, stored: OperatorState | undefined): Head {
  const both = (of: 'parallelism' | 'maxParallelism'): CheckedOperator['parallelism'] => ({
    stored: stored?.[of] ?? null,
    planned: planned?.[of] ?? null,
  })
  return {
    operatorId: stored?.operatorId ?? planned?.operatorId ?? '',
    uid: planned?.uid ?? stored?.uid ?? null,
    name: planned?.name ?? stored?.name ?? '',
    parallelism: both('parallelism'),
    maxParallelism: both('maxParallelism'),
  }
}
