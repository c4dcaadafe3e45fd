// Duty: what an operator does with a record that it fails with, where its policy is another than to fail: leaves it out and
// counts it, or makes a dead letter of it.
// Invariants: only what a function threw, and what the engine says of a record, is forgiven: an error of the state, of a file system
// or of the engine itself is about no record, and fails the job under any policy. A dead letter goes out where a result of the record
// would, so it is before the same barrier.
// Thread: the task worker that owns the operator.
import type { DeadLetter, FailedRecord } from '../../../api/badrecords/dead-letter.js'
import { DEAD_LETTERS, type BadRecordPolicy } from '../../../api/dag/on-error.js'
import { FlinkError, type ErrorCode } from '../../../core/errors/flink-error.js'
import { describeFailure } from '../../../core/errors/syntax-location.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Counter } from '../../../core/metrics/counter.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { Output } from './output.js'

/** What the engine says of a record, or of what a function made of it. */
const ABOUT_A_RECORD: ReadonlySet<ErrorCode> = new Set([
  'ASYNC_TIMEOUT',
  'CSV_RECORD_INVALID',
  'FIELD_NOT_USABLE',
  'FILE_RECORD_INVALID',
  'KEY_INVALID',
  'NULL_KEY',
  'RECORD_NOT_DESERIALIZABLE',
  'RECORD_NOT_SERIALIZABLE',
  'RECORD_NOT_WRITABLE',
  'RECORD_TOO_LARGE',
  'RECORD_WITHOUT_TIMESTAMP',
  'STATE_VALUE_INVALID',
  'TIMESTAMP_INVALID',
])

/** Longer ones say no more, and each is a record. */
const MAX_STACK_CHARACTERS = 4096

/** The operator, as far as its bad records need it. */
export interface BadRecordsOwner {
  readonly name: string
  readonly subtaskIndex: number
  readonly metrics: MetricGroup
  readonly logger: Logger
  /** What was forgiven is no failure that hides a later one. */
  readonly errors: { forgive(): void }
}

export class BadRecords {
  readonly #policy: BadRecordPolicy
  readonly #output: Output
  #owner: BadRecordsOwner | undefined
  #counter: Counter | undefined
  #held: unknown

  /** `output`: of the operator, to those who read it. */
  constructor(policy: BadRecordPolicy, output: Output) {
    this.#policy = policy
    this.#output = output
  }

  /** By the operator itself, which is made with it. */
  belongTo(owner: BadRecordsOwner): void {
    this.#owner = owner
    this.#counter = owner.metrics.counter(this.#policy === 'skip' ? 'numRecordsSkipped' : 'numDeadLetters')
  }

  /** Of an error that is about more than a record: it fails the job. */
  holdAgainst(error: unknown): void {
    this.#held = error
  }

  /** Whether the job goes on without the record. */
  forgives(error: unknown): boolean {
    if (this.#held !== undefined && (error === this.#held || (FlinkError.is(error) && error.cause === this.#held)))
      return false
    if (!FlinkError.is(error)) return true
    if (ABOUT_A_RECORD.has(error.code)) return true
    if (error.code !== 'OPERATOR_FAILED') return false
    return !FlinkError.is(error.cause) || ABOUT_A_RECORD.has(error.cause.code)
  }

  /** True: the job goes on without the record. False: it fails with the error. */
  take(error: unknown, failed: FailedRecord): boolean {
    const owner = this.#owner
    if (owner === undefined || !this.forgives(error)) return false
    owner.errors.forgive()
    this.#counter?.inc()
    const letter = letterOf(error, failed, owner)
    this.#tell(letter, owner.logger)
    if (this.#policy === 'skip') return true
    this.#output.collectSideOutput(DEAD_LETTERS, letter, failed.timestamp ?? NO_TIMESTAMP)
    return true
  }

  /** The first, the tenth, the hundredth ...: a stream of bad records must not be one of lines. */
  #tell({ operator, error, origin }: DeadLetter, logger: Logger): void {
    const count = this.#counter?.getCount() ?? 0
    if (!Number.isInteger(Math.log10(count))) return
    const { topic, partition, offset, path } = origin ?? {}
    logger.warn(this.#policy === 'skip' ? 'a record was skipped' : 'a record became a dead letter', {
      operator,
      count,
      error,
      ...(topic === undefined ? {} : { topic }),
      ...(partition === undefined ? {} : { partition }),
      ...(offset === undefined ? {} : { offset }),
      ...(path === undefined ? {} : { path }),
    })
  }
}

function letterOf(
  error: unknown,
  { record, timestamp, origin }: FailedRecord,
  { name: operator, subtaskIndex: subtask }: BadRecordsOwner,
): DeadLetter {
  const thrown = FlinkError.is(error) && error.code === 'OPERATOR_FAILED' ? error.cause : error
  return {
    record,
    error: messageOf(thrown),
    stackTrace: thrown instanceof Error ? (thrown.stack ?? '').slice(0, MAX_STACK_CHARACTERS) : '',
    operator,
    subtask,
    timestamp: timestamp === undefined || timestamp === NO_TIMESTAMP ? null : timestamp,
    origin: origin ?? null,
  }
}

function messageOf(error: unknown): string {
  return FlinkError.is(error) || error instanceof ReasonError ? error.message : describeFailure(error)
}
