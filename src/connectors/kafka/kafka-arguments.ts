import { hasMethods } from '../../api/functions/has-methods.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/** What programs give, as plain JavaScript may give it: GRAPH_INVALID where it is something else. */
export function refuseArgument(call: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: call, reason })
}

/** `what`: such as "a KafkaPartitioner". A function does where there is one method. */
export function checkedPart<T>(call: string, what: string, given: T, ...methods: readonly string[]): T {
  const missing = methods.find((method) => !hasMethods(given, method))
  if (missing === undefined) return given
  return refuseArgument(call, `it takes ${what}, with a method ${missing}, and was given ${describeValue(given)}`)
}

export function checkedText(call: string, what: string, given: unknown): string {
  if (typeof given === 'string' && given !== '') return given
  return refuseArgument(call, `${what} has to be a text, but was ${describeValue(given)}`)
}
