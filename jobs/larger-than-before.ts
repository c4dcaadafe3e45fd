import {
  RichFilterFunction,
  Types,
  ValueStateDescriptor,
  type StreamExecutionEnvironment,
  type ValueState,
} from 'flink-ts'

/** e = { event_id, event_value } */
interface Event {
  readonly event_id: number
  readonly event_value: number
}

/** Lets only those events through whose value is greater than any before. */
class LargerThanBefore extends RichFilterFunction<Event> {
  #max: ValueState<number> | undefined

  override open(): void {
    this.#max = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('max', Types.LONG))
  }

  filter(event: Event): boolean {
    const max = this.#max?.value() ?? null
    if (max !== null && event.event_value <= max) return false
    this.#max?.update(event.event_value)
    return true
  }
}

export default function largerThanBefore(env: StreamExecutionEnvironment): void {
  const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
  env
    .fromCollection(values.map((event_value, event_id): Event => ({ event_id, event_value })))
    .keyBy(() => 'all')
    .filter(new LargerThanBefore())
    .uid('max-id')
    .map((event): [number, number] => [event.event_id, event.event_value])
    .print()
}
