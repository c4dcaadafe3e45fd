import { NO_TIMESTAMP, type WatermarkStatus } from '../../src/runtime/taskmanager/network/stream-element.js'
import type { OneInputStreamOperator } from '../../src/runtime/taskmanager/operators/stream-operator.js'
import { status } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'

/** An operator with one input. */
export class OneInputStreamOperatorTestHarness extends StreamOperatorTestHarness<OneInputStreamOperator> {
  processElement(value: unknown, timestamp: number = NO_TIMESTAMP): void {
    this.processElementOf(0, value, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.completeWatermark(0, timestamp)
  }

  processWatermarkStatus(to: WatermarkStatus): void {
    this.process({ input: 0, element: status(to) })
  }
}
