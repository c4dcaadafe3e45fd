import { ClusterOptions } from '../core/config/cluster-options.js'
import { ClientOptions } from '../core/config/client-options.js'
import { RestClusterClient } from '../client/rest-cluster-client.js'
import { RunDirectory } from '../client/run-directory.js'
import type { CliContext } from './cli-context.js'
import { expandHome } from './expand-home.js'

export function runDirectoryOf(context: CliContext): RunDirectory {
  const directory = expandHome(context.configuration.get(ClusterOptions.RUN_DIRECTORY), context.workingDirectory)
  return new RunDirectory(directory, Date.now)
}

export function restClusterClientOf(context: CliContext): RestClusterClient {
  return new RestClusterClient({
    runDirectory: runDirectoryOf(context),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    monotonicMs: () => performance.now(),
    timeoutMs: context.configuration.get(ClientOptions.CLIENT_TIMEOUT),
  })
}
