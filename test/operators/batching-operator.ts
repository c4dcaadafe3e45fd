/** An operator of processing time: what has arrived leaves 100 ms later, as much at a time as the output takes. */
import { SortingOperator } from './sorting-operator.js'

const DELAY_MS = 100

/** The timestamp of a record in the buffer is the time at which it is due. */
export class BatchingOperator extends SortingOperator {
  override async open(): Promise<void> {
    await super.open()
    this.#registerNext()
  }

  protected override onElement(_input: number, value: unknown): void {
    const { records } = this.userFunction
    this.userFunction.add({ value, timestamp: this.context.processingTime.currentProcessingTime() + DELAY_MS })
    if (records.length === 1) this.#registerNext()
  }

  protected override onWatermark(_input: number, timestamp: number): boolean {
    return this.output.emitWatermark(timestamp)
  }

  protected onTimer(timestamp: number): boolean {
    if (!this.emitUntil(timestamp)) return false
    this.#registerNext()
    return true
  }

  #registerNext(): void {
    const [first] = this.userFunction.records
    if (first !== undefined)
      this.context.processingTime.registerTimer(first.timestamp, (timestamp) => this.onTimer(timestamp))
  }
}
