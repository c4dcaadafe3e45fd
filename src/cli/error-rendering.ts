import { FlinkError, type ErrorCode } from '../core/errors/flink-error.js'
import { userFrames } from '../core/errors/user-stack.js'

const RULE = '-'.repeat(60)
const HINT = 'Use the help option (-h or --help) to get help on the command.'
/** Source maps show our frames under src/, without them they are under dist/src/. */
const PACKAGE_ROOT = new URL('../../..', import.meta.url).pathname
const SOURCES = `${PACKAGE_ROOT}src/`
const COMPILED = `${PACKAGE_ROOT}dist/src/`
const BINARY = `${PACKAGE_ROOT}bin/`

/** Errors of the command line itself: they go to stdout with a hint, as Flink's CliArgsException. */
const ARGUMENT_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CLI_ARGUMENT_INVALID',
  'JOB_ID_INVALID',
  'PROGRAM_FILE_MISSING_ARGUMENT',
  'PROGRAM_FILE_NOT_FOUND',
  'PROGRAM_NOT_A_FILE',
])

export interface RenderedError {
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  readonly exitCode: number
}

export function renderError(error: unknown): RenderedError {
  if (FlinkError.is(error) && ARGUMENT_ERRORS.has(error.code)) {
    return { stream: 'stdout', text: `${error.message}\n\n${HINT}\n`, exitCode: error.exitCode }
  }
  if (FlinkError.is(error, 'PROGRAM_PARAMETER_INVALID')) {
    return { stream: 'stderr', text: `${error.message}\n`, exitCode: 1 }
  }
  const exitCode = FlinkError.is(error) ? error.exitCode : 1
  const text = `\n${RULE}\n The program finished with the following exception:\n\n${chainOf(error)}\n`
  return { stream: 'stderr', text, exitCode }
}

/** The error and its causes, each with the frames of the user's own code. */
function chainOf(error: unknown): string {
  const lines: string[] = []
  let current: unknown = error
  for (let depth = 0; current !== undefined && depth < 10; depth += 1) {
    const prefix = depth === 0 ? '' : 'Caused by: '
    if (!(current instanceof Error)) {
      lines.push(prefix + JSON.stringify(current))
      break
    }
    const code = FlinkError.is(current) ? ` [${current.code}]` : ''
    lines.push(`${prefix}${current.name}${code}: ${current.message}`)
    for (const frame of userFrames(current.stack ?? '', SOURCES)) {
      if (!frame.includes(COMPILED) && !frame.includes(BINARY)) lines.push(`\t${frame}`)
    }
    current = current.cause
  }
  return lines.join('\n')
}
