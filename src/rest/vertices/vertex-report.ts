import { FlinkError } from '../../core/errors/flink-error.js'
import type { UserAccumulator } from '../messages/vertex-messages.js'

/** Flink's states of a task. RECONCILING is none of this engine's. */
export const EXECUTION_STATES = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
  'RECONCILING',
  'INITIALIZING',
] as const

export type ReportedState = (typeof EXECUTION_STATES)[number]

/** Where an attempt runs or ran. */
export interface AttemptPlace {
  readonly host: string
  readonly endpoint: string
  readonly taskManagerId: string
}

/** One attempt of a subtask, as whoever runs it knows it. */
export interface AttemptReport {
  readonly subtask: number
  readonly attempt: number
  readonly executionId: string
  readonly state: ReportedState
  /** When each state was entered, epoch ms. */
  readonly timestamps: Readonly<Partial<Record<ReportedState, number>>>
  /** Undefined before it has one. */
  readonly place: AttemptPlace | undefined
  /** By name; undefined where nothing was reported of this attempt. */
  readonly metrics: Readonly<Record<string, number | string>> | undefined
  /** As its task last told of them. */
  readonly accumulators: readonly UserAccumulator[]
}

export interface SubtaskReport {
  readonly current: AttemptReport
  /** Those before it that are still known, the newest first. */
  readonly earlier: readonly AttemptReport[]
}

export interface VertexReport {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  /** By index. */
  readonly subtasks: readonly SubtaskReport[]
}

const TERMINAL: readonly ReportedState[] = ['FINISHED', 'CANCELED', 'FAILED']

export function hasEnded({ state }: AttemptReport): boolean {
  return TERMINAL.includes(state)
}

/** How many are in each state, of every state. */
export function countStates(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(EXECUTION_STATES.map((state) => [state, 0]))
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

/** Of a vertex, as Flink puts it together. */
export function aggregateState(states: readonly string[]): string {
  const precedence = ['FAILED', 'CANCELING', 'CANCELED', 'INITIALIZING', 'RUNNING'] as const
  const first = precedence.find((state) => states.includes(state))
  if (first !== undefined) return first
  if (!states.includes('FINISHED')) return 'CREATED'
  return states.every((state) => state === 'FINISHED') ? 'FINISHED' : 'RUNNING'
}

/** SUBTASK_ATTEMPT_NOT_FOUND where the vertex has none of that index. */
export function subtaskOf({ id, subtasks }: VertexReport, index: number): SubtaskReport {
  const subtask = subtasks[index]
  if (subtask !== undefined) return subtask
  throw new FlinkError('SUBTASK_ATTEMPT_NOT_FOUND', { text: `Invalid subtask index for vertex ${id}` })
}

/** SUBTASK_ATTEMPT_NOT_FOUND also where nothing is known of that attempt any more. */
export function findAttempt(
  vertex: VertexReport,
  { subtask: index, attempt: number }: { readonly subtask: number; readonly attempt: number },
): AttemptReport {
  const { current, earlier } = subtaskOf(vertex, index)
  const found = [current, ...earlier].find(({ attempt }) => attempt === number)
  if (found !== undefined) return found
  const task = `${vertex.name} (${String(index + 1)}/${String(vertex.parallelism)})`
  const text =
    number < current.attempt
      ? `Attempt ${String(number)} not found in subtask ${task}`
      : `Invalid attempt num ${String(number)}`
  throw new FlinkError('SUBTASK_ATTEMPT_NOT_FOUND', { text })
}
