import type { IterationForwarding } from '../../../../../src/runtime/taskmanager/task/gate-input-factory.js'
import { IterationMarkers } from '../../../../../src/runtime/taskmanager/iteration/iteration-markers.js'

/** Of a task that is in no loop. */
export const outsideOfLoops: IterationForwarding = {
  isLoopFull: () => false,
  numRecordsOut: () => 0,
  holdsRecords: () => false,
  forward: () => undefined,
}

export function noMarkers(channelCount: number): IterationMarkers {
  return new IterationMarkers({ channelCount, activity: () => 0, ...outsideOfLoops })
}
