import path from 'node:path'

/**
 * A directory that the user typed, made independent of where he stands: the job process works in another directory.
 * URIs with a scheme stay as they are.
 */
export function absoluteTarget(target: string, workingDirectory: string): string {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(target) ? target : path.resolve(workingDirectory, target)
}
