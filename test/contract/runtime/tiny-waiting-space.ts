import { WaitingSpace } from '../../../src/runtime/taskmanager/network/waiting-space.js'

/** Memory for a segment or two, and blocks that are smaller than most segments. */
export function tinyWaitingSpace(): WaitingSpace {
  return new WaitingSpace({ memoryBytes: 300, blockBytes: 48 })
}
