import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { FlinkError } from '../core/errors/flink-error.js'
import { syntaxLocationOf } from '../core/errors/syntax-location.js'
import { describeThrown, isError, textOfError, userFrames } from '../core/errors/thrown-value.js'
import { importForEvaluation } from './packaged-program-evaluation.js'

/** A module's exports by name. */
export type ProgramModule = Readonly<Record<string, unknown>>

/** Imports a job module; a program without a main runs here, its `await env.execute()` included. */
export async function loadProgramModule(moduleUrl: string, evaluation: number): Promise<ProgramModule> {
  try {
    return (await importForEvaluation(moduleUrl, evaluation)) as ProgramModule
  } catch (error) {
    throw describeProgramError(error, moduleUrl)
  }
}

/** Path of a module's file. */
export function modulePath(moduleUrl: string): string {
  return fileURLToPath(moduleUrl)
}

/**
 * Shows a program its own arguments as `process.argv.slice(2)`, as if it had been started by node. In a worker only: there
 * the list belongs to this thread.
 */
export function presentArguments(moduleUrl: string, args: readonly string[]): void {
  if (!isMainThread) process.argv = [process.execPath, modulePath(moduleUrl), ...args]
}

/** An error that a program's main threw, with the user's own frames as its stack. What says so itself is kept. */
function mainFailed(error: unknown): FlinkError {
  if (FlinkError.is(error) && error.code.startsWith('PROGRAM_')) return error
  const reason = isError(error) ? (textOfError(error, 'message') ?? '') : describeThrown(error)
  const failure = new FlinkError('PROGRAM_MAIN_FAILED', { reason }, { cause: error })
  const frames = isError(error) ? userFrames(textOfError(error, 'stack') ?? '') : []
  failure.stack = [`${failure.name}: ${failure.message}`, ...frames.map((frame) => `    ${frame}`)].join('\n')
  return failure
}

/** Node makes it a syntax error, though the syntax is right. */
const EXPORT_MISSING =
  /does not provide an export named|^Named export '.*' not found|contains conflicting star exports|Ambiguous import/

/** What went wrong in a program, whether while its modules were loaded or in its main, which may load others. */
export function describeProgramError(error: unknown, moduleUrl: string): FlinkError {
  if (!isError(error)) return mainFailed(error)
  if (error instanceof SyntaxError) {
    const found = syntaxLocationOf(error)
    // A SyntaxError may come from the program at run time too (JSON.parse, a pattern): then no file is at fault.
    if (found === undefined) return mainFailed(error)
    const details = { reason: error.message, location: found }
    if (EXPORT_MISSING.test(error.message)) return new FlinkError('PROGRAM_EXPORT_NOT_FOUND', details, { cause: error })
    return new FlinkError('PROGRAM_SYNTAX_ERROR', details, { cause: error })
  }
  if (isResolutionError(error)) {
    const path = modulePath(moduleUrl)
    return new FlinkError('PROGRAM_IMPORT_FAILED', { path, reason: error.message }, { cause: error })
  }
  return mainFailed(error)
}

const RESOLUTION_CODES: ReadonlySet<unknown> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNKNOWN_MODULE_FORMAT',
  'ERR_INVALID_MODULE_SPECIFIER',
  'ERR_IMPORT_ATTRIBUTE_MISSING',
  'ERR_REQUIRE_ASYNC_MODULE',
  'ERR_DLOPEN_FAILED',
])

function isResolutionError(error: Error): boolean {
  return 'code' in error && RESOLUTION_CODES.has(error.code)
}
