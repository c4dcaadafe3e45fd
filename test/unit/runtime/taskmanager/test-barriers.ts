/** Barriers of checkpoints that there are not. */
import type { CheckpointOptions } from '../../../../src/runtime/protocol/checkpoint-options.js'
import type { CheckpointBarrier } from '../../../../src/runtime/taskmanager/network/stream-element.js'

const IN_MEMORY = { kind: 'memory', maxStateSizeBytes: 1000 } as const

export function testBarrier(
  checkpointId: number,
  options: Partial<CheckpointOptions> = {},
  timestamp = 0,
): CheckpointBarrier {
  const defaults = { kind: 'checkpoint', location: IN_MEMORY, unaligned: false, stop: undefined } as const
  return { checkpointId, timestamp, options: { ...defaults, ...options } }
}
