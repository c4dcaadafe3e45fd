/** Faults that are planted between coordinators and their subtasks. */
import { OperatorCoordinators } from '../../src/runtime/jobmanager/coordination/operator-coordinators.js'
import { OperatorCoordinatorHolder } from '../../src/runtime/jobmanager/coordination/operator-coordinator-holder.js'
import { SubtaskEventGate } from '../../src/runtime/jobmanager/coordination/subtask-event-gate.js'
import type { StreamStateHandle } from '../../src/storage/state-handles.js'
import type { Mutant } from './mutants.js'
import { replaced, type Sabotage } from './sabotage.js'

type Checkpoint = OperatorCoordinators['checkpoint']

const CHECKPOINT_FAULTS = {
  /** Their states come when they come. */
  afterTasks: (original: Checkpoint): Checkpoint =>
    function (this: OperatorCoordinators, checkpointId, finishedVertices) {
      const states = original.call(this, checkpointId, finishedVertices)
      if (states === undefined) return undefined
      const late = new Map<string, StreamStateHandle>()
      const fill = (taken: ReadonlyMap<string, StreamStateHandle>): void => {
        for (const [operatorId, state] of taken) late.set(operatorId, state)
      }
      states.then(fill, () => undefined)
      return Promise.resolve(late)
    },
  /** Gates are open when the tasks are triggered. */
  opensAtTrigger: (original: Checkpoint): Checkpoint =>
    function (this: OperatorCoordinators, checkpointId, finishedVertices) {
      return original.call(this, checkpointId, finishedVertices)?.then((states) => {
        this.checkpointEnded(checkpointId)
        return states
      })
    },
}

function inCheckpoint(fault: (original: Checkpoint) => Checkpoint): () => Sabotage {
  return () => ({ plant: () => replaced(OperatorCoordinators.prototype, 'checkpoint', fault) })
}

/** What goes to operators while a checkpoint ends was held for it. */
function withoutHeldEvents(): Sabotage {
  let isEnding = false
  return {
    toWorker: (message) => (isEnding && message.type === 'event-to-operator' ? [] : [message]),
    plant: () =>
      replaced(
        OperatorCoordinatorHolder.prototype,
        'checkpointEnded',
        (original) =>
          function (this: OperatorCoordinatorHolder, checkpointId) {
            isEnding = true
            original.call(this, checkpointId)
            isEnding = false
          },
      ),
  }
}

const FAULTS: readonly Mutant[] = [
  {
    name: 'events go to a subtask between the snapshots of its coordinator and its own',
    seeds: 20,
    make: () => ({ plant: () => replaced(SubtaskEventGate.prototype, 'close', () => () => undefined) }),
  },
  {
    name: 'events are held until the tasks are triggered, not until each has taken the checkpoint',
    seeds: 20,
    make: inCheckpoint(CHECKPOINT_FAULTS.opensAtTrigger),
  },
  {
    name: 'tasks are triggered before the snapshots of the coordinators',
    from: 9,
    seeds: 5,
    make: inCheckpoint(CHECKPOINT_FAULTS.afterTasks),
  },
  {
    name: 'tasks are triggered while events from before the snapshot are on their way',
    seeds: 150,
    make: () => ({ plant: () => replaced(SubtaskEventGate.prototype, 'isDelivered', () => () => true) }),
  },
  {
    name: 'events that were held for a checkpoint are dropped when it is aborted',
    seeds: 40,
    make: withoutHeldEvents,
  },
  {
    name: 'events that a subtask has not handled when it has finished are dropped',
    seeds: 40,
    make: () => ({ toWorker: (message) => (message.type === 'event-returned' ? [] : [message]) }),
  },
  {
    name: 'the state of a coordinator counts that knows nothing of an event that has come back',
    seeds: 400,
    make: () => ({
      toMaster: (message) =>
        message.type === 'acknowledge-coordinator-checkpoint' ? [{ ...message, takesEventsBack: false }] : [message],
    }),
  },
  {
    name: 'a coordinator is not reset to the restored checkpoint',
    seeds: 5,
    make: () => ({
      toWorker: (message) => {
        if (message.type !== 'deploy-coordinators') return [message]
        const coordinators = message.coordinators.map((each) => ({ ...each, restore: undefined }))
        return [{ ...message, coordinators }]
      },
    }),
  },
  {
    name: 'a coordinator is not told that a subtask takes events after a restart',
    seeds: 20,
    make: () => ({
      toWorker: (message) => (message.type === 'execution-attempt-ready' && message.attempt > 0 ? [] : [message]),
    }),
  },
]

export const COORDINATION_MUTANTS: readonly Mutant[] = FAULTS.map((fault) => ({ ...fault, kind: 'coordinated' }))
