import { FlinkError, type ErrorCode } from '../../core/errors/flink-error.js'
import { cutText, TERMINAL_CHARS, userFrames } from '../../core/errors/thrown-value.js'
import { printableLines } from '../terminal/printable-text.js'

const RULE = '-'.repeat(60)
const HINT = 'Use the help option (-h or --help) to get help on the command.'

/** Errors of the command line itself: they go to stdout with a hint, as Flink's CliArgsException. */
const ARGUMENT_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CLI_ARGUMENT_INVALID',
  'JOB_ID_INVALID',
  'PROGRAM_FILE_MISSING_ARGUMENT',
  'PROGRAM_FILE_NOT_FOUND',
  'PROGRAM_NOT_A_FILE',
])

/** Errors whose message is all that Flink prints, on stderr. */
const BARE_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CLI_OPTION_WITHOUT_VALUE',
  'PROGRAM_PARAMETER_INVALID',
])

/** What Flink calls the error that its block begins with: scripts know the first line by that. */
const FLINK_NAMES: Readonly<Partial<Record<ErrorCode, string>>> = {
  ACTION_FAILED: 'org.apache.flink.util.FlinkException',
  CLI_VALUE_UNKNOWN: 'java.lang.IllegalArgumentException',
  JOB_MANAGER_ADDRESS_INVALID: 'java.lang.IllegalArgumentException',
  PROGRAM_ENTRY_NOT_FOUND: 'org.apache.flink.client.program.ProgramInvocationException',
  PROGRAM_MAIN_FAILED: 'org.apache.flink.client.program.ProgramInvocationException',
}

/** Causes may go round in a circle. */
const MAX_CAUSES = 10
/** How Node tells that this process, or this machine, holds as many files as it may. */
const OPEN_FILES = /\b(EMFILE|ENFILE)\b/

export interface RenderedError {
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  readonly exitCode: number
}

export function renderError(error: unknown): RenderedError {
  if (FlinkError.is(error) && ARGUMENT_ERRORS.has(error.code)) {
    return { stream: 'stdout', text: `${printableLines(error.message)}\n\n${HINT}\n`, exitCode: error.exitCode }
  }
  if (FlinkError.is(error) && BARE_ERRORS.has(error.code)) {
    return { stream: 'stderr', text: `${printableLines(error.message)}\n`, exitCode: error.exitCode }
  }
  const told = withAdviceOnOpenFiles(error)
  const exitCode = FlinkError.is(told) ? exitCodeOf(told) : 1
  const shown = printableLines(chainOf(told))
  const text = `\n${RULE}\n The program finished with the following exception:\n\n${shown}\n`
  return { stream: 'stderr', text, exitCode }
}

/** A program that ends itself says with what; with 0 it has still not done its work. */
function exitCodeOf(error: FlinkError): number {
  const own = error.code === 'PROGRAM_EXITED' ? Number(error.details['exitCode']) : 0
  return own === 0 ? error.exitCode : own
}

/** It may come up wherever a file is opened, modules included, and is never that file's fault. */
function withAdviceOnOpenFiles(error: unknown): unknown {
  let reason: string | undefined
  let cause = error
  for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth += 1) {
    if (OPEN_FILES.test(cause.message)) reason = cause.message
    cause = cause.cause
  }
  return reason === undefined ? error : new FlinkError('TOO_MANY_OPEN_FILES', { reason }, { cause: error })
}

/** An error of the chain as it is shown. */
interface Link {
  readonly name: string
  /** Of the error itself, and of causes that say nothing more. */
  readonly codes: ErrorCode[]
  readonly message: string
  readonly frames: string[]
}

/**
 * The error and its causes, each with the frames of the user's own code. A cause that only repeats is one with what it caused; but
 * where all do, the last one has a line of its own, so that there is one with `Caused by`, as scripts expect of Flink.
 */
function chainOf(error: unknown): string {
  const links: (Link | string)[] = []
  let current: unknown = error
  let last: Link | undefined
  let repeated: Link | undefined
  for (let depth = 0; current !== undefined && depth < MAX_CAUSES; depth += 1) {
    if (!(current instanceof Error)) {
      links.push(textOf(current))
      break
    }
    const link = linkOf(current)
    if (last !== undefined && repeats(link, last)) {
      if (link.codes.length > 0) repeated = link
      last.codes.push(...link.codes)
      if (last.frames.length === 0) last.frames.push(...link.frames)
    } else {
      // They stand once, where they came from.
      if (last !== undefined && last.frames.join() === link.frames.join()) last.frames.length = 0
      links.push(link)
      last = link
    }
    current = current.cause
  }
  if (links.length === 1 && last !== undefined && repeated !== undefined) {
    last.codes.length -= repeated.codes.length
    links.push({ ...repeated, frames: last.frames.splice(0) })
  }
  return links.flatMap(linesOf).join('\n')
}

function linkOf(error: Error): Link {
  const codes = FlinkError.is(error) ? [error.code] : []
  return { name: error.name, codes, message: cutText(error.message, TERMINAL_CHARS), frames: framesOf(error) }
}

/** It says what the error that it caused says of it, and has no other lines of the user's. */
function repeats({ name, codes, message, frames }: Link, effect: Link): boolean {
  if (frames.length > 0 && effect.frames.length > 0 && frames.join() !== effect.frames.join()) return false
  if (codes.length === 0 && frames.length === 0) return effect.message.includes(message)
  const isPlain = codes.length > 0 || name === 'Error'
  return effect.message.endsWith(isPlain ? message : `${name}: ${message}`)
}

function linesOf(link: Link | string, index: number): string[] {
  const prefix = index === 0 ? '' : 'Caused by: '
  if (typeof link === 'string') return [prefix + link]
  const { name, codes, message, frames } = link
  const flinkName = codes[0] === undefined || index > 0 ? undefined : FLINK_NAMES[codes[0]]
  if (flinkName !== undefined) {
    // This one says no more than the message does.
    const telling = codes.filter((code) => code !== 'ACTION_FAILED')
    const below = telling.length === 0 ? [] : [`\t[${telling.join(', ')}]`]
    return [`${flinkName}: ${message}`, ...below, ...frames]
  }
  return [`${prefix}${name}${codes.length === 0 ? '' : ` [${codes.join(', ')}]`}: ${message}`, ...frames]
}

function framesOf(error: Error): string[] {
  return userFrames(error.stack ?? '').map((frame) => `\t${frame}`)
}

/** Something was thrown that is no Error, and may be anything: what JSON has no form for as well. */
function textOf(value: unknown): string {
  if (typeof value === 'function' || typeof value === 'symbol') return String(value)
  try {
    return JSON.stringify(value)
  } catch {
    return String(value)
  }
}
