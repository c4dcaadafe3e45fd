/** Where Flink's OpenAPI file, which is generated, says something else than Flink sends; and what this engine adds. */

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly pattern?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly maxItems?: number
}

export interface Correction {
  /** Instead of what the file says. */
  readonly replacement?: Schema
  /** Fields of the file that need not be there. */
  readonly optional?: readonly string[]
  /** Fields beside those of the file. */
  readonly added?: Readonly<Record<string, Schema>>
}

const INTEGER: Schema = { type: 'integer' }
const TEXT: Schema = { type: 'string' }
const BOOLEAN: Schema = { type: 'boolean' }
const TEXT_OR_NULL: Schema = { type: ['string', 'null'] }
const HEX_32: Schema = { type: 'string', pattern: '^[0-9a-f]{32}$' }
/** Java's JSON has NaN as text. */
const DOUBLE: Schema = { oneOf: [{ type: 'number' }, { const: 'NaN' }] }
const LEVEL: Schema = { enum: ['ok', 'low', 'high'] }
const THROWABLE: Schema = object({ class: TEXT, 'stack-trace': TEXT, 'serialized-throwable': TEXT })

function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties }
}

function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

function orNull(schema: Schema): Schema {
  return { oneOf: [schema, { type: 'null' }] }
}

/** Which of them are there is told by the className, and one is this engine's. */
const CHECKPOINT_FIELDS = ['synchronous_duration', 'failure_message', 'external_path']
const UNDIVIDED = ['frameworkOffHeap', 'taskOffHeap', 'jvmMetaspace', 'jvmOverhead', 'totalProcessMemory']
const SUMMARY = ['p50', 'p90', 'p95', 'p99', 'p999']

/** By the names of the schemas of the file. */
export const CORRECTIONS: Readonly<Record<string, Correction>> = {
  ...Object.fromEntries(
    ['JobID', 'JobVertexID', 'TriggerId', 'SlotSharingGroupId'].map((name) => [name, { replacement: HEX_32 }]),
  ),
  // Of a task manager: in Flink `<host>:<port>-<random>`.
  ResourceID: { replacement: TEXT },
  // Only where there are any.
  ClusterOverviewWithVersion: { optional: ['slots-free-and-blocked', 'taskmanagers-blocked'] },
  // This engine tells of all of them what Flink tells of one.
  TaskManagerInfo: {
    optional: ['blocked', 'metrics', 'allocatedSlots'],
    added: { metrics: reference('TaskManagerMetricsInfo'), allocatedSlots: { type: 'array' } },
  },
  TaskManagerDetailsInfo: { optional: ['blocked'] },
  // What a process of Node does not divide is null.
  TaskExecutorMemoryConfiguration: {
    added: Object.fromEntries(UNDIVIDED.map((name) => [name, { type: ['integer', 'null'] }])),
  },
  // The plan, whatever is in it.
  RawJson: { replacement: { type: 'object' } },
  StatsSummaryDto: { added: Object.fromEntries(SUMMARY.map((name) => [name, DOUBLE])) },
  /** `discarded` and `savepointFormat` are told where they are known, and null else. */
  CheckpointStatistics: {
    replacement: {
      oneOf: ['Completed', 'Failed', 'Pending'].map((kind) => reference(`${kind}CheckpointStatistics`)),
    },
  },
  CompletedCheckpointStatistics: { added: checkpoint('completed'), optional: CHECKPOINT_FIELDS },
  FailedCheckpointStatistics: { added: checkpoint('failed'), optional: CHECKPOINT_FIELDS },
  PendingCheckpointStatistics: { added: checkpoint('in_progress'), optional: CHECKPOINT_FIELDS },
  SubtaskCheckpointStatistics: {
    replacement: { oneOf: ['Completed', 'Pending'].map((kind) => reference(`${kind}SubtaskCheckpointStatistics`)) },
  },
  LatestCheckpoints: {
    replacement: object({
      completed: orNull(reference('CompletedCheckpointStatistics')),
      savepoint: orNull(reference('CompletedCheckpointStatistics')),
      failed: orNull(reference('FailedCheckpointStatistics')),
      restored: orNull(reference('RestoredCheckpointStatistics')),
    }),
  },
  CheckpointConfigInfo: {
    added: {
      mode: { enum: ['exactly_once', 'at_least_once'] },
      changelog_storage: TEXT_OR_NULL,
      incremental_checkpoints: BOOLEAN,
      interval: { type: 'number' },
    },
  },
  JobDetailsInfo: {
    // The first of Flink 2; the second is this engine's.
    added: { 'pending-operators': INTEGER, warnings: { type: 'array' } },
    optional: ['warnings'],
  },
  JobDetails: { added: { 'pending-operators': INTEGER, restarts: { type: 'object' } }, optional: ['restarts'] },
  JobConfigInfo: {
    replacement: object({ jid: HEX_32, name: TEXT, 'execution-config': reference('ExecutionConfigInfo') }),
  },
  JobExceptionsInfoWithHistory: { added: { 'root-exception': TEXT_OR_NULL, timestamp: { type: ['integer', 'null'] } } },
  RootExceptionInfo: { optional: ['taskName', 'location', 'endpoint', 'taskManagerId'] },
  ExceptionInfo: { optional: ['taskName', 'location', 'endpoint', 'taskManagerId'] },
  JobExecutionResultResponseBody: { optional: ['job-execution-result'] },
  JobResult: {
    replacement: {
      oneOf: [
        object({
          id: HEX_32,
          'application-status': { enum: ['SUCCEEDED', 'CANCELED'] },
          'accumulator-results': { type: 'object', additionalProperties: TEXT },
          'net-runtime': INTEGER,
        }),
        object({
          id: HEX_32,
          'application-status': { const: 'FAILED' },
          'accumulator-results': { type: 'object', additionalProperties: TEXT },
          'net-runtime': INTEGER,
          'failure-cause': THROWABLE,
        }),
      ],
    },
  },
  JobAccumulatorsInfo: {
    added: {
      'job-accumulators': { type: 'array', maxItems: 0 },
      'serialized-user-task-accumulators': { type: 'object', additionalProperties: TEXT },
    },
  },
  AsynchronousOperationResult: {
    replacement: {
      oneOf: [
        object({ status: object({ id: { const: 'IN_PROGRESS' } }), operation: { type: 'null' } }),
        object({
          status: object({ id: { const: 'COMPLETED' } }),
          operation: {
            oneOf: [
              object({ location: TEXT }),
              object({ checkpointId: INTEGER }),
              object({ 'failure-cause': THROWABLE }),
              object({ failureCause: THROWABLE }),
              object({}),
            ],
          },
        }),
      ],
    },
  },
  JobVertexBackPressureInfo: {
    added: { 'backpressure-level': LEVEL },
    // Where nothing is known but that.
    optional: ['backpressure-level', 'backpressureLevel', 'end-timestamp', 'subtasks'],
  },
  SubtaskBackPressureInfo: {
    added: { 'backpressure-level': LEVEL },
    optional: ['attempt-number', 'other-concurrent-attempts'],
  },
  SubtaskExecutionAttemptDetailsInfo: {
    added: { start_time: INTEGER },
    // No attempt runs beside another one of its subtask.
    optional: ['other-concurrent-attempts'],
  },
  VertexFlameGraph: { added: { data: orNull(reference('Node')) } },
  SubtasksTimesInfo: {},
}

function checkpoint(className: string): Readonly<Record<string, Schema>> {
  return {
    className: { const: className },
    savepointFormat: TEXT_OR_NULL,
    // This engine's: the longest time that a task took no input for it.
    synchronous_duration: { type: 'number' },
    // This engine's where it has none: null.
    ...{ external_path: TEXT_OR_NULL, failure_message: TEXT_OR_NULL },
  }
}

const METRICS: Schema = { type: 'array', items: { oneOf: [object({ id: TEXT }), object({ id: TEXT, value: TEXT })] } }
const AGGREGATED: Schema = {
  type: 'array',
  items: {
    oneOf: [
      object({ id: TEXT }),
      object({
        ...{ id: TEXT, min: { type: 'number' }, max: { type: 'number' }, avg: { type: 'number' } },
        ...{ sum: { type: 'number' }, skew: { type: 'number' } },
      }),
    ],
  },
}

/** What an operation answers instead of what the file says. */
export const PATH_CORRECTIONS: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(
    [
      'GET /jobs/{jobid}/metrics',
      'GET /jobs/{jobid}/vertices/{vertexid}/metrics',
      'GET /jobs/{jobid}/vertices/{vertexid}/watermarks',
      'GET /jobs/{jobid}/vertices/{vertexid}/jm-operator-metrics',
      'GET /jobs/{jobid}/vertices/{vertexid}/subtasks/{subtaskindex}/metrics',
      'GET /jobmanager/metrics',
      'GET /taskmanagers/{taskmanagerid}/metrics',
    ].map((key) => [key, METRICS]),
  ),
  ...Object.fromEntries(
    ['GET /jobs/metrics', 'GET /jobs/{jobid}/vertices/{vertexid}/subtasks/metrics', 'GET /taskmanagers/metrics'].map(
      (key) => [key, AGGREGATED],
    ),
  ),
}
