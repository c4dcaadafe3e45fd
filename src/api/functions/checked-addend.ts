import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/** ACCUMULATOR_MISUSED where plain JavaScript adds no number: text would be put together, and the sum be text from then on. */
export function checkAddend(accumulator: object, value: number): void {
  if (typeof value === 'number') return
  const reason = `add takes a number, and it was given ${describeValue(value)}`
  throw new FlinkError('ACCUMULATOR_MISUSED', { place: accumulator.constructor.name, reason })
}
