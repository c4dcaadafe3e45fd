/**
 * What user code throws may be anything: a revoked proxy, an error whose message is a getter that throws, a message of
 * 50 MB. Nothing here throws, and what comes out has an end.
 */

/** A longer text says how long it was. */
export const LOG_CHARS: number = 16 * 1024
export const TERMINAL_CHARS: number = 2000

/** `instanceof Error`, for values that do not let themselves be looked at too. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

/** What was thrown as an Error: itself where it is one, else one that has its text. */
export function asError(value: unknown): Error {
  return isError(value) ? value : new Error(messageOf(value))
}

/** Why something failed, in the words of what was thrown. */
export function messageOf(value: unknown): string {
  if (isError(value)) return textOfError(value, 'message') ?? ''
  try {
    return cutText(String(value), LOG_CHARS)
  } catch {
    return describeThrown(value)
  }
}

/** A part of an error as text, never longer than LOG_CHARS. */
export function textOfError(error: Error, part: 'name' | 'message' | 'stack'): string | undefined {
  try {
    // Typed as text, but anybody may have set it to something else.
    const text: unknown = part === 'stack' ? stackOf(error) : error[part]
    if (text === undefined) return undefined
    return cutText(typeof text === 'string' ? text : describeThrown(text), LOG_CHARS)
  } catch {
    return part === 'stack' ? undefined : `(its ${part} cannot be read)`
  }
}

/** The cause of an error; undefined where there is none or it cannot be read. */
export function causeOf(error: Error): unknown {
  try {
    return error.cause
  } catch {
    return undefined
  }
}

/** Something that was thrown, in one phrase. */
export function describeThrown(value: unknown): string {
  if (isError(value)) {
    const message = textOfError(value, 'message') ?? ''
    const name = textOfError(value, 'name') ?? 'Error'
    return message === '' ? name : `${name}: ${message}`
  }
  if (typeof value === 'string') return `it threw '${cutText(value, LOG_CHARS)}'`
  try {
    return `it threw ${cutText(String(value), LOG_CHARS)}`
  } catch {
    return `it threw ${typeof value === 'object' ? 'an object' : `a ${typeof value}`} that has no text`
  }
}

/** The text, or its beginning and how much there was of it. */
export function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}... (cut: ${String(text.length)} characters)`
}

/** A stack repeats the message in front of its frames: of a long one the frames are what counts. */
function stackOf(error: Error): string | undefined {
  const { stack, message } = error
  if (typeof stack !== 'string' || stack.length <= LOG_CHARS) return stack
  const at = stack.indexOf(message)
  if (at === -1 || message.length <= LOG_CHARS / 2) return stack
  return stack.slice(0, at) + cutText(message, LOG_CHARS / 2) + stack.slice(at + message.length)
}

/**
 * The frames of a stack that are the user's own: neither the engine's (files under `enginePlaces`, spelled as in the stack),
 * nor Node's, nor built-in functions. Trimmed, innermost first.
 */
export function userFrames(stack: string, enginePlaces: readonly string[] = placesOfEngine()): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .filter((line) => !enginePlaces.some((place) => line.includes(place)) && !isBuiltIn(line))
}

/**
 * Source maps show the engine's frames under src/, without them they are under dist/lib/. As a URL and as a path. Made when it is
 * asked for: a module that does something while it is loaded gets a file of its own in dist/lib.
 */
function placesOfEngine(): readonly string[] {
  const { pathname } = new URL('../../../..', import.meta.url)
  return [pathname, decodeURIComponent(pathname)].flatMap((root) =>
    ['src/', 'dist/lib/', 'bin/'].map((folder) => root + folder),
  )
}

/**
 * `at Array.map (<anonymous>)`, `at async Promise.all (index 0)`, `at node:internal/x:1:2`, `at f (node:fs:1:2)`. A frame such as
 * `at Object.<anonymous> (/job.js:1:2)` has a place in a file and is kept.
 */
function isBuiltIn(frame: string): boolean {
  return /\(<anonymous>\)$|\(native\)$|\(index \d+\)$|^at (async )?<anonymous>$|[( ]node:[\w/]+:\d+:\d+\)?$/.test(frame)
}
