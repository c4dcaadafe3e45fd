import { ClusterOptions } from '../../core/config/cluster-options.js'
import { ClientOptions } from '../../core/config/client-options.js'
import { RestClusterClient, type RestClusterClientServices } from '../../client/rest-cluster-client.js'
import { RunDirectory } from '../../client/run-directory.js'
import type { JobContext } from '../arguments/cli-context.js'
import { expandHome } from '../arguments/expand-home.js'
import { printable } from '../terminal/printable-text.js'

export function runDirectoryOf(context: JobContext): RunDirectory {
  const directory = expandHome(context.configuration.get(ClusterOptions.RUN_DIRECTORY), context.workingDirectory)
  const warn = (text: string): void => {
    context.printError(context.diagnostics.warning(printable(text)))
  }
  return new RunDirectory(directory, Date.now, { warn })
}

export function restClusterClientOf(context: JobContext): RestClusterClient {
  return new RestClusterClient(clusterServicesOf(context))
}

/** What waits for jobs, and the client of them, get of the world. */
export function clusterServicesOf(context: JobContext): RestClusterClientServices {
  return {
    runDirectory: runDirectoryOf(context),
    session: context.session,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    monotonicMs: () => performance.now(),
    timeoutMs: context.configuration.get(ClientOptions.CLIENT_TIMEOUT),
  }
}
