import path from 'node:path'
import { ClusterOptions } from '../../core/config/cluster-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import type { RunDirectory } from '../../client/run-directory.js'

/** Where a job process writes its log, and what a detached one prints. */
export function logDirectoryOf(
  configuration: Configuration,
  runDirectory: RunDirectory,
  workingDirectory: string,
): string {
  const configured = configuration.get(ClusterOptions.LOG_DIRECTORY)
  return path.resolve(workingDirectory, configured ?? path.join(runDirectory.path, 'log'))
}
