// Duty: which states the operators of a program ask for that is to be restored from a snapshot: gives each what it is opened with.
// Invariants: one operator at a time, on the thread that calls. Keyed state is on the heap whatever the job keeps it in: there is
// none. Thread: a worker that runs the program and no task.
import { functionsOf } from '../../../api/dag/operator-spec.js'
import { Configuration } from '../../../core/config/configuration.js'
import { StateBackendOptions } from '../../../core/config/state-backend-options.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import { SILENT_LOGGER } from '../../../core/logging/silent-logger.js'
import { crc32c } from '../../../core/memory/crc32c.js'
import type { Random } from '../../../core/random/random.js'
import type { Clock } from '../../../core/time/clock.js'
import type { OperatorBinding, ProgramGraph } from '../../../graph/program-graph.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { storedIdOf, type PlannedOperator } from '../../../storage/planned-operator.js'
import { EMPTY_SUBTASK_STATE, type OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { StateBackend } from '../state/state-backend.js'
import { loadStateBackend } from '../state/state-backend-loader.js'
import { learnStates, type LearnedStates } from './learned-states.js'
import { contextOfUnusedTask } from './unused-task.js'

export interface StateLearnerInput {
  readonly program: ProgramGraph
  readonly snapshot: CompletedCheckpoint
  /** False: of functions no method is called, and what they ask for is not known. */
  readonly opensFunctions: boolean
  readonly configuration: Configuration
  readonly clock: Clock
  readonly random: Random
  readonly fileSystems: FileSystems
  readonly limitMs?: number
}

const LIMIT_MS = 30_000
const NO_BYTES = new Uint8Array()

export class StateLearner {
  readonly #input: StateLearnerInput
  readonly #backend: StateBackend
  #failure: string | undefined

  constructor(input: StateLearnerInput) {
    const { snapshot, random } = input
    this.#input = input
    const onHeap = new Configuration().set(StateBackendOptions.STATE_BACKEND, 'hashmap')
    const { jobId } = snapshot.metadata
    this.#backend = loadStateBackend(onHeap, { jobId, slots: 1, random, logger: SILENT_LOGGER })
  }

  async learn(binding: OperatorBinding, planned: PlannedOperator): Promise<LearnedStates> {
    const { program, snapshot, opensFunctions, clock, limitMs = LIMIT_MS, ...task } = this.#input
    if (!opensFunctions && functionsOf(binding.spec).length > 0) {
      return { asked: [], failure: 'its functions were not to be called', hasFailed: false }
    }
    this.#failure = undefined
    const { jobId, checkpointId } = snapshot.metadata
    const { name: taskName, parallelism, maxParallelism } = planned
    const { registeredTypes, jobGraph } = program
    const taskInfo = {
      jobId,
      jobName: jobGraph.name,
      taskName,
      subtaskIndex: 0,
      parallelism,
      maxParallelism,
      attemptNumber: 0,
    }
    const learned = await learnStates(binding, {
      restored: this.#restoredBy(binding, planned),
      checkpointId,
      clock,
      limitMs,
      contextWith: (onStateAsked) =>
        contextOfUnusedTask({ ...task, clock, taskInfo, registeredTypes, stateBackend: this.#backend, onStateAsked }),
    })
    const hasFailed = learned.hasFailed || this.#failure !== undefined
    return { ...learned, failure: learned.failure ?? this.#failure, hasFailed }
  }

  /** Something that the operator which is open began has failed. */
  failed(reason: string): void {
    this.#failure ??= reason
  }

  /** A source looks at the names of what it is given, to refuse what is not its own; nobody else looks at anything. */
  #restoredBy({ spec }: OperatorBinding, planned: PlannedOperator): OperatorSubtaskState {
    if (spec.kind !== 'source') return EMPTY_SUBTASK_STATE
    const stored = new Map(this.#input.snapshot.metadata.operators.map((operator) => [operator.operatorId, operator]))
    const subtasks = stored.get(storedIdOf(planned, stored))?.subtasks ?? []
    const states = subtasks.flatMap((subtask) => subtask?.managedOperator ?? []).flatMap((handle) => handle.states)
    const handle = { kind: 'inline', bytes: NO_BYTES, crc32c: crc32c(NO_BYTES) } as const
    const empty = states.map((state) => ({ handle, states: [{ ...state, offsets: [0] }] }))
    return { ...EMPTY_SUBTASK_STATE, managedOperator: empty }
  }
}
