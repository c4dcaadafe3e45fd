/** Faults of restarts of some tasks while others run on. */
import type { Execution } from '../../src/runtime/jobmanager/executiongraph/execution.js'
import { ExecutionGraph } from '../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import type { MasterToWorker } from '../../src/runtime/protocol/master-to-worker.js'
import type { TaskDeploymentDescriptor } from '../../src/runtime/protocol/task-deployment.js'
import { JobAttempt } from '../../src/runtime/jobmanager/jobmaster/job-attempt.js'
import { SplitAssignmentTracker } from '../../src/runtime/taskmanager/source/split-assignment-tracker.js'
import type { Mutant } from './mutants.js'
import { replaced } from './sabotage.js'

export const REGION_MUTANTS: readonly Mutant[] = [
  {
    name: 'a region that restarts alone begins with the checkpoint that it began with before',
    seeds: 20,
    kind: 'apart',
    make: () => ({ toWorker: withFirstRestoreAgain() }),
  },
  {
    name: 'only the task that failed restarts, and not its region',
    seeds: 5,
    kind: 'apart',
    make: () => ({
      plant: () =>
        replaced(ExecutionGraph.prototype, 'regionsOf', () => (executions: Iterable<Execution>) => [...executions]),
    }),
  },
  {
    name: "what a reader that begins anew alone was given after its checkpoint is nobody's",
    seeds: 40,
    from: 25,
    kind: 'apart',
    make: () => ({ plant: () => replaced(SplitAssignmentTracker.prototype, 'takeBack', () => () => []) }),
  },
  {
    name: 'what a reader that begins anew alone has in its checkpoint is given back as well',
    seeds: 150,
    from: 18,
    kind: 'apart',
    make: () => ({
      plant: () => replaced(SplitAssignmentTracker.prototype, 'snapshotTaken', () => () => undefined),
    }),
  },
  {
    name: 'a region restarts before the last of its tasks has ended',
    seeds: 40,
    kind: 'apart',
    make: () => ({
      plant: () =>
        replaced(
          JobAttempt.prototype,
          'cancelTasks',
          (original) =>
            function (this: JobAttempt, ...details) {
              void original.apply(this, details)
              return Promise.resolve()
            },
        ),
    }),
  },
]

/** Where all tasks of a worker restart they get what they should. */
function withFirstRestoreAgain(): (message: MasterToWorker) => MasterToWorker[] {
  const restoredBefore = new Map<string, TaskDeploymentDescriptor['restore']>()
  let most = 0
  return (message) => {
    if (message.type !== 'deploy-tasks') return [message]
    const isPart = message.tasks.length < most
    most = Math.max(most, message.tasks.length)
    const tasks = message.tasks.map((task) => {
      const place = `${task.vertexId}/${task.subtaskIndex}`
      const before = restoredBefore.get(place)
      if (isPart && restoredBefore.has(place)) return { ...task, restore: before }
      restoredBefore.set(place, task.restore)
      return task
    })
    return [{ ...message, tasks }]
  }
}
