// Duty: which tasks restart when some have failed, by `jobmanager.execution.failover-strategy`. In Flink:
// RestartPipelinedRegionFailoverStrategy, RestartAllFailoverStrategy.
// Invariants: what restarts is whole: no channel leads from a task that restarts to one that runs on.
// Thread: main thread.
import type { Configuration } from '../../../core/config/configuration.js'
import { JobManagerOptions } from '../../../core/config/job-manager-options.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'

/** Undefined: all of them. */
export type FailoverStrategy = (
  executions: ExecutionGraph,
  failed: readonly Execution[],
) => readonly Execution[] | undefined

export function loadFailoverStrategy(configuration: Configuration): FailoverStrategy {
  switch (configuration.get(JobManagerOptions.EXECUTION_FAILOVER_STRATEGY)) {
    case 'full':
      return () => undefined
    case 'region':
      return regionsOf
  }
}

function regionsOf(executions: ExecutionGraph, failed: readonly Execution[]): readonly Execution[] | undefined {
  const tasks = executions.regionsOf(failed)
  return tasks.length === [...executions.all()].length ? undefined : tasks
}
