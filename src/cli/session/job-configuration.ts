import { Configuration } from '../../core/config/configuration.js'
import type { ConfigOption } from '../../core/config/config-option.js'
import { RestOptions } from '../../core/config/rest-options.js'
import { SessionOptions } from '../../core/config/session-options.js'
import { TaskManagerOptions } from '../../core/config/task-manager-options.js'

/** What is of the session, and neither for its jobs nor for whoever recovers one. */
const OF_THE_SESSION: readonly ConfigOption<unknown>[] = [
  // The flame graphs of a job are its own to make.
  ...Object.values(RestOptions).filter(({ key }) => !key.startsWith('rest.flamegraph.')),
  ...Object.values(SessionOptions).filter((option) => option !== SessionOptions.SLOT_REQUEST_TIMEOUT),
  // Of a job it says how many slots share a thread.
  TaskManagerOptions.NUM_TASK_SLOTS,
]
/** All of Flink's keys of TLS: a file of its may have passwords under some that nothing here reads. */
const OF_TLS = 'security.ssl.'

/** What jobs of a session get of its configuration. */
export function jobConfigurationOf(configuration: Configuration): Configuration {
  const entries = Object.entries(configuration.toEntries()).filter(([key]) => !key.startsWith(OF_TLS))
  const ofJobs = Configuration.fromEntries(Object.fromEntries(entries))
  for (const option of OF_THE_SESSION) ofJobs.set(option, undefined)
  return ofJobs
}
