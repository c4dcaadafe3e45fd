import { CHECKPOINT_ERRORS } from './checkpoint-errors.js'
import { CLI_ERRORS } from './cli-errors.js'
import { CONFIGURATION_ERRORS } from './configuration-errors.js'
import { FILESYSTEM_ERRORS } from './filesystem-errors.js'
import { FORMAT_ERRORS } from './format-errors.js'
import { HIGH_AVAILABILITY_ERRORS } from './high-availability-errors.js'
import { JOB_ERRORS } from './job-errors.js'
import { KAFKA_ERRORS } from './kafka-errors.js'
import { KAFKA_SINK_ERRORS } from './kafka-sink-errors.js'
import { METRIC_ERRORS } from './metric-errors.js'
import { PROCESS_ERRORS } from './process-errors.js'
import { PROGRAM_ERRORS } from './program-errors.js'
import { RECORD_ERRORS } from './record-errors.js'
import { REST_ERRORS } from './rest-errors.js'
import { SESSION_ERRORS } from './session-errors.js'
import { SINK_ERRORS } from './sink-errors.js'
import { SOURCE_ERRORS } from './source-errors.js'
import { STATE_ERRORS } from './state-errors.js'
import { SUBMISSION_ERRORS } from './submission-errors.js'
import { UPGRADE_ERRORS } from './upgrade-errors.js'
import { WINDOW_ERRORS } from './window-errors.js'

/** Whose fault an error is: the job's author or operator, the world around, or the engine itself. */
export type ErrorFault = 'user' | 'external' | 'engine'

/**
 * What recovery does: restart the job by its strategy, fail it at once, or go on. `fail-at-start`: fail in the first attempt
 * of a run that has no checkpoint yet, where the mistake is most likely the user's and nothing can be lost; restart later.
 */
export type ErrorRecovery = 'restart' | 'fail' | 'fail-at-start' | 'ignore'

/** One row of the table. `message` is a template: `{name}` is filled from the error's details. */
export interface ErrorRow {
  readonly message: string
  readonly fault: ErrorFault
  readonly recovery: ErrorRecovery
  readonly httpStatus: number
  readonly exitCode: number
}

/** A row as a family writes it down: without what most of its rows have. */
type WrittenRow = Omit<ErrorRow, 'httpStatus' | 'exitCode'> & Partial<Pick<ErrorRow, 'httpStatus' | 'exitCode'>>
type Family<T> = { readonly [K in keyof T]: T[K] & ErrorRow }

type Tables = Family<typeof CONFIGURATION_ERRORS> &
  Family<typeof CLI_ERRORS> &
  Family<typeof PROGRAM_ERRORS> &
  Family<typeof JOB_ERRORS> &
  Family<typeof REST_ERRORS> &
  Family<typeof PROCESS_ERRORS> &
  Family<typeof SUBMISSION_ERRORS> &
  Family<typeof SESSION_ERRORS> &
  Family<typeof RECORD_ERRORS> &
  Family<typeof FORMAT_ERRORS> &
  Family<typeof SOURCE_ERRORS> &
  Family<typeof SINK_ERRORS> &
  Family<typeof KAFKA_ERRORS> &
  Family<typeof KAFKA_SINK_ERRORS> &
  Family<typeof WINDOW_ERRORS> &
  Family<typeof STATE_ERRORS> &
  Family<typeof CHECKPOINT_ERRORS> &
  Family<typeof HIGH_AVAILABILITY_ERRORS> &
  Family<typeof METRIC_ERRORS> &
  Family<typeof UPGRADE_ERRORS> &
  Family<typeof FILESYSTEM_ERRORS>

/** Every error of flink-ts. */
export const ERROR_TABLE: Tables = {
  ...family(CONFIGURATION_ERRORS, 500),
  ...family(CLI_ERRORS, 400),
  ...family(PROGRAM_ERRORS, 400),
  ...family(JOB_ERRORS, 500),
  ...family(REST_ERRORS, 500),
  ...family(PROCESS_ERRORS, 404),
  ...family(SUBMISSION_ERRORS, 400),
  ...family(SESSION_ERRORS, 500),
  ...family(RECORD_ERRORS, 500),
  ...family(FORMAT_ERRORS, 500),
  ...family(SOURCE_ERRORS, 500),
  ...family(SINK_ERRORS, 500),
  ...family(KAFKA_ERRORS, 500),
  ...family(KAFKA_SINK_ERRORS, 500),
  ...family(WINDOW_ERRORS, 500),
  ...family(STATE_ERRORS, 500),
  ...family(CHECKPOINT_ERRORS, 500),
  ...family(HIGH_AVAILABILITY_ERRORS, 500),
  ...family(METRIC_ERRORS, 400),
  ...family(UPGRADE_ERRORS, 500),
  ...family(FILESYSTEM_ERRORS, 500),
}

/** Whatever fails ends a command with 1, unless its row says something else. */
function family<T extends Readonly<Record<string, WrittenRow>>>(rows: T, httpStatus: number): Family<T> {
  const full = Object.entries(rows).map(([code, row]) => [code, { httpStatus, exitCode: 1, ...row }])
  return Object.fromEntries(full) as Family<T>
}
