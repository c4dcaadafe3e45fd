import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { FlinkError } from '../core/errors/flink-error.js'
import { describeThrown, isError, textOfError } from '../core/errors/thrown-value.js'
import { userFrames } from '../core/errors/user-stack.js'
import { findSyntaxError } from './packaged-program-syntax.js'

/** A module's exports by name. */
export type ProgramModule = Readonly<Record<string, unknown>>

/** Where the engine's own files are; frames under it are not the user's. */
const ENGINE_ROOT = new URL('..', import.meta.url).href

/** Which run of a program in one thread: each generation and copy is a module of its own, with fresh function objects. */
export interface ModuleVersion {
  /** Counts the attempts of a job. */
  readonly generation: number
  /** Counts the runs of one attempt. */
  readonly copy: number
}

/** Beside Node's own list of modules: those of this thread that were evaluated to their end. */
const evaluated = new Set<string>()

/** Imports a job module; a top-level script runs here, `await env.execute()` included. */
export async function loadProgramModule(moduleUrl: string, version: ModuleVersion): Promise<ProgramModule> {
  const href = versionedUrl(moduleUrl, version)
  try {
    const module = (await import(href)) as ProgramModule
    evaluated.add(href)
    return module
  } catch (error) {
    throw await describeImportError(error, moduleUrl)
  }
}

/** False also for a script that waits in its execute(). */
export function isEvaluated(moduleUrl: string, version: ModuleVersion): boolean {
  return evaluated.has(versionedUrl(moduleUrl, version))
}

function versionedUrl(moduleUrl: string, { generation, copy }: ModuleVersion): string {
  const url = new URL(moduleUrl)
  if (generation > 0) url.searchParams.set('generation', String(generation))
  if (copy > 0) url.searchParams.set('copy', String(copy))
  return url.href
}

/** Path of a module's file. */
export function modulePath(moduleUrl: string): string {
  return fileURLToPath(moduleUrl)
}

/**
 * Shows a script its own arguments as `process.argv.slice(2)`, as if it had been started by node. In a worker only: there
 * the list belongs to this thread.
 */
export function presentArguments(moduleUrl: string, args: readonly string[]): void {
  if (!isMainThread) process.argv = [process.execPath, modulePath(moduleUrl), ...args]
}

/** An error that a program's main threw, with the user's own frames as its stack. What says so itself is kept. */
export function mainFailed(error: unknown): FlinkError {
  if (FlinkError.is(error) && error.code.startsWith('PROGRAM_')) return error
  const reason = isError(error) ? (textOfError(error, 'message') ?? '') : describeThrown(error)
  const failure = new FlinkError('PROGRAM_MAIN_FAILED', { reason }, { cause: error })
  const frames = isError(error) ? userFrames(textOfError(error, 'stack') ?? '', ENGINE_ROOT) : []
  failure.stack = [`${failure.name}: ${failure.message}`, ...frames.map((frame) => `    ${frame}`)].join('\n')
  return failure
}

async function describeImportError(error: unknown, moduleUrl: string): Promise<FlinkError> {
  const path = modulePath(moduleUrl)
  if (!isError(error)) return mainFailed(error)
  if (error instanceof SyntaxError) {
    const found = await findSyntaxError(error, moduleUrl)
    // A SyntaxError may come from the program at run time too (JSON.parse, a pattern): then no file is at fault.
    if (found === undefined) return mainFailed(error)
    return new FlinkError('PROGRAM_SYNTAX_ERROR', { reason: error.message, location: found }, { cause: error })
  }
  if (isResolutionError(error)) {
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
