import { NO_TIMESTAMP, type WatermarkStatus } from '../../src/runtime/taskmanager/network/stream-element.js'
import { status } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'

/** An operator with two inputs, keyed or not. */
export class TwoInputStreamOperatorTestHarness extends StreamOperatorTestHarness {
  processElement1(value: unknown, timestamp: number = NO_TIMESTAMP): void {
    this.processElementOf(0, value, timestamp)
  }

  processElement2(value: unknown, timestamp: number = NO_TIMESTAMP): void {
    this.processElementOf(1, value, timestamp)
  }

  processWatermark1(timestamp: number): void {
    this.completeWatermark(0, timestamp)
  }

  processWatermark2(timestamp: number): void {
    this.completeWatermark(1, timestamp)
  }

  processWatermarkStatus1(to: WatermarkStatus): void {
    this.process({ input: 0, element: status(to) })
  }

  processWatermarkStatus2(to: WatermarkStatus): void {
    this.process({ input: 1, element: status(to) })
  }
}
