// Duty: the one error for what an operator's user functions throw.
// Invariants: an error is wrapped once, by the operator whose function threw it: a FlinkError that names its place (an
// operator further down the chain, a state, a task) passes as it is. One of a file system, or of the base of a connector, knows no
// operator, and is wrapped; its recovery stays. The user's own error stays as the cause with its stack.
// Thread: the task worker that owns the operator.
import { describeFailure } from '../../../core/errors/syntax-location.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { FlinkError, type ErrorCode } from '../../../core/errors/flink-error.js'
import { FILESYSTEM_ERRORS } from '../../../core/errors/filesystem-errors.js'
import type { TaskInfo } from './stream-operator.js'

/** Thrown where the operator is not known. */
const WITHOUT_PLACE: ReadonlySet<ErrorCode> = new Set([
  'FORMAT_PACKAGE_MISSING',
  'SCHEMA_REGISTRY_FAILED',
  'SCHEMA_REGISTRY_REFUSED',
  'SOURCE_SPLIT_UNKNOWN',
  'SOURCE_FETCH_INVALID',
  'SESSION_GAP_INVALID',
  'COMMIT_FAILED',
  'COMMIT_ANSWERED_LATE',
])

export class OperatorErrors {
  readonly #operator: string
  readonly #taskInfo: Pick<TaskInfo, 'subtaskIndex' | 'parallelism'>
  #hasFailed = false

  constructor(operator: string, taskInfo: Pick<TaskInfo, 'subtaskIndex' | 'parallelism'>) {
    this.#operator = operator
    this.#taskInfo = taskInfo
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** What has failed was one record, which the job goes on without. */
  forgive(): void {
    this.#hasFailed = false
  }

  failed(error: unknown): FlinkError {
    this.#hasFailed = true
    if (FlinkError.is(error) && namesItsPlace(error)) return error
    const { subtaskIndex, parallelism } = this.#taskInfo
    const isSaid = FlinkError.is(error) || error instanceof ReasonError
    const reason = isSaid ? error.message : describeFailure(error)
    const details = { operator: this.#operator, subtask: subtaskIndex + 1, parallelism, reason }
    return new FlinkError('OPERATOR_FAILED', details, { cause: error })
  }

  async guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      throw this.failed(error)
    }
  }
}

function namesItsPlace({ code, details }: FlinkError): boolean {
  if (WITHOUT_PLACE.has(code)) return false
  return !Object.hasOwn(FILESYSTEM_ERRORS, code) || Object.hasOwn(details, 'task')
}
