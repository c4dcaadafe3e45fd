import { existsSync } from 'node:fs'
import { basename } from 'node:path'
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

const TYPED_FILE = /\.[cm]?ts:\d+/
const COMPILED_FILE = /\.([cm]?)js$/

/** What went wrong in a program, whether while its modules were loaded or in its main, which may load others. */
export function describeProgramError(error: unknown, moduleUrl: string): FlinkError {
  if (!isError(error)) return mainFailed(error)
  if (error instanceof SyntaxError) {
    const found = syntaxLocationOf(error)
    // A SyntaxError may come from the program at run time too (JSON.parse, a pattern): then no file is at fault.
    if (found === undefined) return mainFailed(error)
    return new FlinkError(...syntaxFailure(error, found), { cause: error })
  }
  if (isResolutionError(error)) {
    const path = modulePath(moduleUrl)
    const reason = `${error.message}${adviceOnNames(error)}`
    return new FlinkError('PROGRAM_IMPORT_FAILED', { path, reason }, { cause: error })
  }
  return mainFailed(error)
}

type SyntaxFailure = readonly [
  code: 'PROGRAM_EXPORT_NOT_FOUND' | 'PROGRAM_SYNTAX_ERROR' | 'PROGRAM_TYPESCRIPT_UNSUPPORTED',
  details: { readonly reason: string; readonly location: string },
]

function syntaxFailure(error: SyntaxError, location: string): SyntaxFailure {
  const { message: reason } = error
  if ('code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return ['PROGRAM_TYPESCRIPT_UNSUPPORTED', { reason, location }]
  }
  if (!EXPORT_MISSING.test(reason)) return ['PROGRAM_SYNTAX_ERROR', { reason, location }]
  const [file = ''] = location.split('\n')
  const advice = TYPED_FILE.test(file)
    ? 'if it is a type, write import { type ... }, as Node leaves out only that: '
    : ''
  return ['PROGRAM_EXPORT_NOT_FOUND', { reason: advice + reason, location }]
}

/** What may follow a name that was imported as bundlers take it, and as Node does not. */
const LEFT_OUT = [
  '.js',
  '.ts',
  '.mjs',
  '.mts',
  '.cjs',
  '.cts',
  '.json',
  '/index.js',
  '/index.ts',
  '/index.mjs',
  '/index.mts',
]

/** `./words` for `words.ts`; `./words.js` for what lies there as `words.ts`, as the compiler wants it of what it will make. */
function adviceOnNames(error: Error): string {
  const url = 'url' in error && typeof error.url === 'string' ? error.url : ''
  if (!url.startsWith('file:')) return ''
  const whole = LEFT_OUT.map((ending) => url.replace(/\/$/, '') + ending).find(isThere)
  if (whole !== undefined) {
    const name = whole.slice(url.lastIndexOf('/', url.length - 2) + 1)
    return `. There is ${decodeURIComponent(name)}: Node imports a file by its whole name`
  }
  const source = url.replace(COMPILED_FILE, '.$1ts')
  if (source === url || !isThere(source)) return ''
  const name = basename(fileURLToPath(source))
  return `. There is ${name}: Node runs TypeScript where it is imported by that name ("rewriteRelativeImportExtensions": true lets the compiler do so as well), or compile it first`
}

function isThere(fileUrl: string): boolean {
  return existsSync(fileURLToPath(fileUrl))
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
