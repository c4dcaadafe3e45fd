import { findRecoverableJob } from '../../cluster/find-recoverable-job.js'
import { ClientOptions } from '../../core/config/client-options.js'
import { ClusterOptions } from '../../core/config/cluster-options.js'
import type { ConfigOption } from '../../core/config/config-option.js'
import { HighAvailabilityOptions } from '../../core/config/high-availability-options.js'
import { RestOptions } from '../../core/config/rest-options.js'
import { SecurityOptions } from '../../core/config/security-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { CliContext } from '../arguments/cli-context.js'
import { printable } from '../terminal/printable-text.js'
import type { RunRequest } from './run-request.js'

/** What is read before the job is: where it is kept, how long is waited, and where a detached one prints to. */
const READ_HERE: readonly ConfigOption<unknown>[] = [
  ...Object.values(HighAvailabilityOptions),
  ClientOptions.CLIENT_TIMEOUT,
  ClusterOptions.LOG_DIRECTORY,
  // What --web reads.
  ...Object.values(RestOptions),
  ...Object.values(SecurityOptions),
]

/**
 * What `run` is to do for a job that another process ran; this process stands where that one stood from here on. `keys`: of the
 * settings on the command line.
 */
export async function recoveredRequest(
  jobId: string,
  keys: readonly string[],
  context: CliContext,
): Promise<RunRequest> {
  const ignored = keys.filter((key) => !READ_HERE.some((option) => namesOf(option).includes(key)))
  if (ignored.length > 0) context.printError(context.diagnostics.warning(withoutEffect(ignored)))
  const { workingDirectory, ...request } = await findRecoverableJob(jobId, context.configuration, {
    monotonicMs: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    tell: (text) => {
      if (!context.isQuiet) context.printError(`${printable(text)}\n`)
    },
  })
  try {
    process.chdir(workingDirectory)
  } catch (error) {
    throw new FlinkError('WORKING_DIRECTORY_MISSING', { reason: messageOf(error) }, { cause: error })
  }
  return request
}

function namesOf({ key, deprecatedKeys, fallbackKeys }: ConfigOption<unknown>): readonly string[] {
  return [key, ...deprecatedKeys, ...fallbackKeys]
}

function withoutEffect(keys: readonly string[]): string {
  return `-D of ${printable(keys.join(', '))} has no effect with --recover: the job goes on with the configuration of its first start.`
}
