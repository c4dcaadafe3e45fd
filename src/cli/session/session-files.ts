import { userInfo } from 'node:os'
import path from 'node:path'
import type { Configuration } from '../../core/config/configuration.js'
import { SessionOptions } from '../../core/config/session-options.js'

export interface SessionFiles {
  readonly pid: string
  readonly log: string
  /** What its process prints. */
  readonly output: string
}

/** Where a session has what its user looks for, by Flink's names. */
export function sessionFiles(
  configuration: Configuration,
  {
    runDirectory,
    logDirectory,
    workingDirectory,
  }: { readonly runDirectory: string; readonly logDirectory: string; readonly workingDirectory: string },
): SessionFiles {
  const name = `flink-ts-${identity()}-standalonesession`
  const named = process.env['FLINK_PID_DIR'] ?? configuration.get(SessionOptions.PID_DIRECTORY)
  const pids = path.resolve(workingDirectory, named ?? runDirectory)
  return {
    pid: path.join(pids, `${name}.pid`),
    log: path.join(logDirectory, `${name}.log`),
    output: path.join(logDirectory, `${name}.out`),
  }
}

/** As FLINK_IDENT_STRING of Flink's scripts. A container may run under an id that has no name. */
function identity(): string {
  const given = process.env['FLINK_IDENT_STRING']
  if (given !== undefined && /^[A-Za-z0-9._-]+$/.test(given)) return given
  try {
    return userInfo().username.replace(/[^A-Za-z0-9._-]/g, '_')
  } catch {
    return String(process.getuid?.() ?? 'user')
  }
}
