/** A message as one line of the log: what it is about, nothing that differs between two runs of a seed. */
import type { MasterToWorker } from '../../src/runtime/protocol/master-to-worker.js'
import type { TaskDeploymentDescriptor } from '../../src/runtime/protocol/task-deployment.js'
import type { WorkerToMaster } from '../../src/runtime/protocol/worker-to-master.js'

/** `<vertex>_<subtask>_<attempt>`, the vertex cut short. */
function shortId(executionId: string): string {
  return executionId.replace(/^(\w{4})\w*?_/, '$1_')
}

function hasRecordsInFlight({ restore }: TaskDeploymentDescriptor): boolean {
  return Object.values(restore?.state.operators ?? {}).some(({ inputChannels = [] }) => inputChannels.length > 0)
}

export function describeMessage(message: MasterToWorker | WorkerToMaster): string {
  const { type } = message
  switch (type) {
    case 'load-program':
    case 'program-loaded':
    case 'program-needs-thread':
      return `${type}, load ${message.loadNumber}`
    case 'cancel-tasks':
      return `${type}: ${[...message.executionIds.map(shortId), ...message.operatorIds.map((id) => id.slice(0, 4))].join(', ')}`
    case 'deploy-tasks': {
      const restored = message.tasks[0]?.restore?.checkpointId
      const tasks = message.tasks.map((task) => shortId(task.executionId) + (task.finishedOnRestore ? ' finished' : ''))
      const inFlight = message.tasks.some(hasRecordsInFlight) ? ' with records in flight' : ''
      return `${type}, restored ${restored ?? 'nothing'}${inFlight}: ${tasks.join(', ')}`
    }
    case 'deploy-coordinators':
      return `${type}, attempt ${message.attempt}, restored ${message.coordinators[0]?.restore?.checkpointId ?? 'nothing'}`
    case 'event-to-coordinator':
    case 'event-from-coordinator':
    case 'event-returned':
      return `${type}, subtask ${message.subtask}: ${JSON.stringify(message.event)}`
    case 'event-to-coordinators':
    case 'event-of-other-coordinator':
      return `${type}: ${JSON.stringify(message.event)}`
    case 'event-from-operator':
    case 'event-to-operator':
      return `${type} ${shortId(message.executionId)}: ${JSON.stringify(message.event)}`
    case 'execution-attempt-ready':
    case 'execution-attempt-failed':
      return `${type}, subtask ${message.subtask}`
    case 'reset-subtask':
      return `${type} ${message.subtask} to ${message.checkpointId ?? 'nothing'}`
    case 'trigger-coordinator-checkpoint':
    case 'acknowledge-coordinator-checkpoint':
      return `${type} ${message.checkpointId}`
    case 'decline-coordinator-checkpoint':
      return `${type} ${message.checkpointId}: ${message.error.message}`
    case 'coordinator-failed':
      return `${type}: ${message.error.message}`
    case 'flush-coordinator':
    case 'coordinator-backlog':
    case 'coordinator-flushed':
    case 'coordinator-closing':
    case 'coordinator-closed':
      return `${type}, attempt ${message.attempt}`
    case 'sample-stacks':
    case 'stacks-sampled':
      return `${type} ${message.samplingId}`
    case 'task-closing':
    case 'task-closed':
    case 'operator-event-received':
      return `${type} ${shortId(message.executionId)}`
    case 'acknowledge-checkpoint': {
      const { unaligned, persistedSizeBytes = 0 } = message.metrics
      const inFlight = unaligned === true ? `, with ${persistedSizeBytes} bytes in flight` : ''
      return `${type} ${message.checkpointId} of ${shortId(message.executionId)}${inFlight}`
    }
    case 'operator-checkpoint-taken':
    case 'trigger-checkpoint':
      return `${type} ${message.checkpointId} of ${shortId(message.executionId)}`
    case 'decline-checkpoint':
      return `${type} ${message.checkpointId} of ${shortId(message.executionId)}: ${message.error.message}`
    case 'notify-checkpoint-complete':
    case 'notify-checkpoint-aborted':
      return `${type} ${message.checkpointId}`
    case 'end-of-data':
      return `${type} of ${shortId(message.executionId)}`
    case 'task-state-changed': {
      const reason = message.error === undefined ? '' : `: ${message.error.message}`
      return `${shortId(message.executionId)} is ${message.state}${reason}`
    }
    case 'program-failed':
      return `${type}: ${message.error.message}`
    case 'merge-accumulators':
      return `${type} ${message.name} of ${shortId(message.executionId)}`
    case 'log':
      return `${type} ${message.level}: ${message.text}`
    case 'accumulators-merged':
      return `${type} ${message.mergeId}`
    case 'request-accumulators':
    case 'accumulators-reported':
      return `${type} ${message.requestId}`
    case 'queryable-state-registered':
      return `${type} ${message.info.name} of ${shortId(message.executionId)}`
    case 'query-state':
      return `${type} ${message.queryId} of ${shortId(message.executionId)}`
    case 'state-queried':
      return `${type} ${message.answered.map(({ queryId }) => queryId).join(' ')} of ${shortId(message.executionId)}`
    case 'worker-ready':
    case 'close-worker':
    case 'report-metrics':
    case 'report-time':
    case 'request-time':
      return type
  }
}
