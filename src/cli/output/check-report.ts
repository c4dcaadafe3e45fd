import {
  refusedBy,
  type CheckedOperator,
  type CheckedState,
  type RestoreCheck,
  type Verdict,
} from '../../cluster/restore-check-result.js'
import type { OperatorSummary, SnapshotSummary } from '../../state-processor/snapshot-summary.js'

export interface ReportedState extends CheckedState {
  /** Of what the snapshot has; null where only the backend that wrote it can tell, and where it has nothing. */
  readonly entries: number | null
  readonly sizeBytes: number | null
}

export interface ReportedOperator extends Omit<CheckedOperator, 'states'> {
  readonly sizeBytes: number | null
  readonly states: readonly ReportedState[]
}

/** What `check` prints: with --json as it is. */
export interface CheckReport {
  readonly snapshot: Pick<SnapshotSummary, 'path' | 'kind' | 'jobId' | 'jobName' | 'checkpointId' | 'timestamp'>
  /** Of the program. */
  readonly jobName: string
  /** True: exit code 0. */
  readonly fits: boolean
  readonly allowNonRestoredState: boolean
  /** Operators and states by verdict; of an operator that is not matched, its states are not counted beside it. */
  readonly counts: Readonly<Record<Verdict, number>>
  readonly operators: readonly ReportedOperator[]
}

export function checkReport(
  check: RestoreCheck,
  summary: SnapshotSummary,
  allowNonRestoredState: boolean,
): CheckReport {
  const { path, kind, jobId, jobName, checkpointId, timestamp } = summary
  const summaries = new Map(summary.operators.map((operator) => [operator.operatorId, operator]))
  const operators = check.operators.map((operator) => withSizes(operator, summaries.get(operator.operatorId)))
  return {
    snapshot: { path, kind, jobId, jobName, checkpointId, timestamp },
    jobName: check.jobName,
    fits: !refusedBy(check, allowNonRestoredState),
    allowNonRestoredState,
    counts: countsOf(operators),
    operators,
  }
}

function withSizes(operator: CheckedOperator, summary: OperatorSummary | undefined): ReportedOperator {
  const sizes = new Map(summary?.states.map((state) => [state.name, state]))
  const states = operator.states.map((state): ReportedState => {
    if (state.kind === 'coordinator') return { ...state, entries: null, sizeBytes: summary?.coordinatorBytes ?? null }
    if (state.kind === 'channel') return { ...state, entries: null, sizeBytes: summary?.channelBytes ?? null }
    const { entries = null, sizeBytes = null } = sizes.get(state.name) ?? {}
    return { ...state, entries, sizeBytes }
  })
  return { ...operator, sizeBytes: summary?.sizeBytes ?? null, states }
}

function countsOf(operators: readonly ReportedOperator[]): Record<Verdict, number> {
  const counts = { matched: 0, new: 0, renamed: 0, orphaned: 0, incompatible: 0, failed: 0, unknown: 0 }
  for (const { verdict, states } of operators) {
    const isWhole = verdict === 'orphaned' || verdict === 'renamed' || states.length === 0
    if (isWhole || verdict === 'incompatible' || verdict === 'failed') counts[verdict] += 1
    if (!isWhole) for (const state of states) counts[state.verdict] += 1
  }
  return counts
}
