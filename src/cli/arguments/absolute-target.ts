import path from 'node:path'
import { argumentError } from './parsed-values.js'

/**
 * A file or directory that the user typed, made independent of where he stands: the job process works in another directory.
 * URIs with a scheme stay as they are. An empty one, as an unset variable of a script gives, is nobody's choice of the
 * directory in which he stands: CLI_ARGUMENT_INVALID with `what`.
 */
export function absoluteTarget(target: string, what: string, workingDirectory: string): string {
  if (target === '') throw argumentError(`The ${what} is empty. Write it, or leave the argument out.`)
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(target) ? target : path.resolve(workingDirectory, target)
}
