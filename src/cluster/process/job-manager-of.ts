import type { Configuration } from '../../core/config/configuration.js'
import type { JobManagerGateway } from '../../rest/processes/observed-process.js'
import type { ProcessOfNode } from './process-of-node.js'

/** The process that answers, with what it was started with: secrets are masked. */
export function jobManagerOf(
  own: ProcessOfNode,
  configuration: Configuration,
  metrics: JobManagerGateway['metrics'],
): JobManagerGateway {
  return {
    metrics,
    threadDump: () => own.threadDump(),
    logs: () => own.logs(),
    openLog: (which) => own.openLog(which),
    environment: () => Promise.resolve(own.environment()),
    configuration: () =>
      Promise.resolve(Object.entries(configuration.redacted()).map(([key, value]) => ({ key, value }))),
  }
}
