/** Programs, snapshots that runs of them would have left, and what a check of one against the other comes to. */
import { StreamExecutionEnvironment } from '../../../src/api/environment/stream-execution-environment.js'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import { checkRestore } from '../../../src/cluster/restore-check.js'
import type { CheckedOperator, RestoreCheck } from '../../../src/cluster/restore-check-result.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { asError } from '../../../src/core/errors/thrown-value.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { SystemClock } from '../../../src/core/time/system-clock.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import type { ProgramGraph } from '../../../src/graph/program-graph.js'
import { plannedOperators } from '../../../src/runtime/jobmanager/checkpoint/state-assignment-operation.js'
import { StateLearner } from '../../../src/runtime/taskmanager/task/state-learner.js'
import type { CompletedCheckpoint, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import type { KeyedStateHandle, OperatorSubtaskState, StateMetadata } from '../../../src/storage/state-handles.js'

export type Build = (env: StreamExecutionEnvironment) => void

const HANDLE = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: 0 } as const
const ELEMENTS: readonly StateMetadata['kind'][] = ['operator-list', 'operator-union', 'broadcast']

/** As the worker of a program makes it. */
export function graphOf(build: Build, settings: Readonly<Record<string, string>> = {}): Promise<ProgramGraph> {
  return new Promise((resolve, reject) => {
    const submit = (pipeline: Parameters<typeof generateProgramGraph>[0]): Promise<never> => {
      try {
        resolve(generateProgramGraph(pipeline))
      } catch (error) {
        reject(asError(error))
      }
      return new Promise(() => undefined)
    }
    const configuration = Configuration.fromMap({ 'parallelism.default': '1', ...settings })
    installExecutionContext({ executor: { submit }, configuration, programArguments: [] })
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    build(env)
    env.execute('job').catch(reject)
  })
}

export function snapshotWith(operators: readonly OperatorState[]): CompletedCheckpoint {
  const header = { engineVersion: '1', jobId: 'f'.repeat(32), jobName: 'job', checkpointId: 7, timestamp: 0 }
  return { externalPath: 'file:/sp', metadata: { ...header, isSavepoint: true, operators } }
}

/** Of a run in which every state of the program was asked for. */
export async function snapshotOf(
  build: Build,
  settings: Readonly<Record<string, string>> = {},
): Promise<CompletedCheckpoint> {
  const program = await graphOf(build, settings)
  const learner = learnerOf(program, snapshotWith([]))
  const operators: OperatorState[] = []
  for (const planned of plannedOperators(program.jobGraph)) {
    const binding = program.operators.get(planned.operatorId)
    if (binding === undefined) continue
    const { asked } = await learner.learn(binding, planned)
    const states = asked.map(({ metadata }) => metadata)
    const { operatorId, uid, name, parallelism, maxParallelism } = planned
    const subtasks = Array.from({ length: parallelism }, (_, index) =>
      subtaskWith(states, keyGroupRangeForOperatorIndex(maxParallelism, parallelism, index)),
    )
    if (states.length === 0 && !planned.hasCoordinator) continue
    const common = { operatorId, uid, name, parallelism, maxParallelism, fullyFinished: false, subtasks }
    operators.push(planned.hasCoordinator ? { ...common, coordinatorState: HANDLE } : common)
  }
  return snapshotWith(operators)
}

function subtaskWith(states: readonly StateMetadata[], keyGroups: KeyedStateHandle['keyGroups']): OperatorSubtaskState {
  const keyed = states.filter(({ kind }) => !ELEMENTS.includes(kind))
  const lists = states.filter(({ kind }) => ELEMENTS.includes(kind)).map((state) => ({ ...state, offsets: [0, 1] }))
  const handle: KeyedStateHandle = {
    keyGroups,
    isDelta: false,
    offsets: [],
    keyShapes: ['string'],
    states: keyed,
    handle: HANDLE,
  }
  return {
    managedKeyed: keyed.length === 0 ? [] : [handle],
    managedOperator: lists.length === 0 ? [] : [{ handle: HANDLE, states: lists }],
  }
}

export interface CheckSettings {
  readonly opensFunctions?: boolean
  readonly limitMs?: number
  readonly configuration?: Readonly<Record<string, string>>
  readonly backend?: string
  readonly onLearner?: (learner: StateLearner) => void
}

export async function check(
  build: Build,
  snapshot: CompletedCheckpoint,
  { configuration = {}, backend = 'hashmap', onLearner, ...settings }: CheckSettings = {},
): Promise<RestoreCheck> {
  const program = await graphOf(build, configuration)
  const learner = learnerOf(program, snapshot, settings)
  onLearner?.(learner)
  return checkRestore({ program, snapshot, backend, learn: (binding, planned) => learner.learn(binding, planned) })
}

function learnerOf(
  program: ProgramGraph,
  snapshot: CompletedCheckpoint,
  { opensFunctions = true, limitMs = 5000 }: CheckSettings = {},
): StateLearner {
  return new StateLearner({
    program,
    snapshot,
    opensFunctions,
    limitMs,
    configuration: Configuration.fromEntries(program.jobGraph.configuration),
    clock: new SystemClock(),
    random: new SeededRandom(1),
    fileSystems: new FileSystems(),
  })
}

/** `matched Count: total matched, seen new`, without timers and the like. */
export function verdictsOf({ operators }: RestoreCheck): string[] {
  return operators.map(({ verdict, name, uid, states }) => {
    const own = states.filter((state) => state.kind !== 'priority-queue' && state.name !== '_watermark_')
    return `${verdict} ${uid ?? name}: ${own.map((state) => `${state.name} ${state.verdict}`).join(', ')}`
  })
}

export function operatorOf({ operators }: RestoreCheck, uid: string): CheckedOperator {
  const found = operators.find((operator) => operator.uid === uid)
  if (found === undefined) throw new TypeError(`there is no ${uid}`)
  return found
}
