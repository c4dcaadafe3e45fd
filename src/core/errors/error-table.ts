import { CHECKPOINT_ERRORS } from './checkpoint-errors.js'
import { CLI_ERRORS } from './cli-errors.js'
import { CONFIGURATION_ERRORS } from './configuration-errors.js'
import { FILESYSTEM_ERRORS } from './filesystem-errors.js'
import { JOB_ERRORS } from './job-errors.js'
import { PROGRAM_ERRORS } from './program-errors.js'
import { RECORD_ERRORS } from './record-errors.js'
import { SOURCE_ERRORS } from './source-errors.js'
import { STATE_ERRORS } from './state-errors.js'
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

type Tables = typeof CONFIGURATION_ERRORS &
  typeof CLI_ERRORS &
  typeof PROGRAM_ERRORS &
  typeof JOB_ERRORS &
  typeof RECORD_ERRORS &
  typeof SOURCE_ERRORS &
  typeof WINDOW_ERRORS &
  typeof STATE_ERRORS &
  typeof CHECKPOINT_ERRORS &
  typeof FILESYSTEM_ERRORS

/** Every error of flink-ts. */
export const ERROR_TABLE: Tables = {
  ...CONFIGURATION_ERRORS,
  ...CLI_ERRORS,
  ...PROGRAM_ERRORS,
  ...JOB_ERRORS,
  ...RECORD_ERRORS,
  ...SOURCE_ERRORS,
  ...WINDOW_ERRORS,
  ...STATE_ERRORS,
  ...CHECKPOINT_ERRORS,
  ...FILESYSTEM_ERRORS,
}
