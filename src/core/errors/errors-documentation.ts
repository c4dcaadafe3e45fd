import { CHECKPOINT_ERRORS } from './checkpoint-errors.js'
import { CLI_ERRORS } from './cli-errors.js'
import { CONFIGURATION_ERRORS } from './configuration-errors.js'
import { ERROR_HELP } from './error-help.js'
import { ERROR_TABLE, type ErrorFault, type ErrorRecovery, type ErrorRow } from './error-table.js'
import { FILESYSTEM_ERRORS } from './filesystem-errors.js'
import type { ErrorCode } from './flink-error.js'
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

const CHAPTERS: readonly (readonly [title: string, codes: object])[] = [
  ['Configuration', CONFIGURATION_ERRORS],
  ['Command line', CLI_ERRORS],
  ['Programs', PROGRAM_ERRORS],
  ['Jobs, tasks and workers', JOB_ERRORS],
  ['Records, keys and functions', RECORD_ERRORS],
  ['Windows', WINDOW_ERRORS],
  ['State', STATE_ERRORS],
  ['Checkpoints, savepoints and restores', CHECKPOINT_ERRORS],
  ['Sources', SOURCE_ERRORS],
  ['Sinks', SINK_ERRORS],
  ['Formats', FORMAT_ERRORS],
  ['Kafka', { ...KAFKA_ERRORS, ...KAFKA_SINK_ERRORS }],
  ['Files and file systems', FILESYSTEM_ERRORS],
  ['Control of jobs', PROCESS_ERRORS],
  ['REST over TCP', REST_ERRORS],
  ['Sessions', { ...SESSION_ERRORS, ...SUBMISSION_ERRORS }],
  ['High availability', HIGH_AVAILABILITY_ERRORS],
  ['Upgrades', UPGRADE_ERRORS],
  ['Metrics', METRIC_ERRORS],
]

const FAULTS: Readonly<Record<ErrorFault, string>> = {
  user: 'Yours to mend',
  external: 'Comes from what is around the job',
  engine: 'A defect of flink-ts',
}

const RECOVERIES: Readonly<Record<ErrorRecovery, string>> = {
  restart: 'the job restarts by its strategy, from its last checkpoint',
  fail: 'nothing is tried again',
  'fail-at-start': 'fails a job that has no checkpoint yet; later it restarts by its strategy',
  ignore: 'the job goes on',
}

const HEAD = `# Errors

Each error has a code, which stands in front of its text in logs and in the answers of REST and \`--json\`. Here they are with cause and way out, by
what they are about; \`{name}\` is filled in where the error comes up. Mostly the text says itself what to do; where it does not, the line below it does.

\`npm run pages\` writes this page from the table of errors (\`src/core/errors\`); a test fails when it is out of date, and when an error has no way out.
`

/** The table of errors in the README of this folder, without its head: a line a row, in the order of the error table. */
export function renderErrorRows(): string {
  return Object.entries<ErrorRow>(ERROR_TABLE)
    .map(([code, { message, fault, recovery, httpStatus, exitCode }]) => {
      const text = message.replaceAll('\n', ' ').replaceAll('|', '\\|')
      return `| ${code} | ${text} | ${fault} | ${recovery} | ${String(httpStatus)} | ${String(exitCode)} |\n`
    })
    .join('')
}

/** The page of errors for people, `jobs/errors.md`. */
export function renderErrorPage(): string {
  const chapters = CHAPTERS.map(([title, codes]) => {
    const errors = Object.keys(codes).map((code) => renderError(code as ErrorCode))
    return `\n## ${title}\n\n${errors.join('\n')}`
  })
  return `${HEAD}${chapters.join('')}`
}

/** Codes that neither their message nor the help tells a way out of. */
export function errorsWithoutWayOut(): readonly string[] {
  return Object.entries<ErrorRow>(ERROR_TABLE)
    .filter(([code]) => ERROR_HELP[code as ErrorCode] === undefined)
    .filter(([, { message }]) => !/[.?!)] \S/.test(message) && !message.includes('{advice}'))
    .map(([code]) => code)
}

function renderError(code: ErrorCode): string {
  const { message, fault, recovery, exitCode }: ErrorRow = ERROR_TABLE[code]
  const text = message.replaceAll('\n', '\n> ').replaceAll('<', '\\<').replaceAll('*', '\\*').replaceAll('_', '\\_')
  const help = ERROR_HELP[code]
  const way = help === undefined ? '' : `${help}\n\n`
  return `### ${code}\n\n> ${text}\n\n${way}${FAULTS[fault]}; ${RECOVERIES[recovery]}. Exit code ${String(exitCode)}.\n`
}
