import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { Sink } from '../connector/sink2/sink.js'
import { checkSink } from '../connector/sink2/sink-check.js'
import type { BadRecordSettings, OnError } from '../dag/on-error.js'
import type { DeadLetter } from '../badrecords/dead-letter.js'
import { hasMethods } from '../functions/has-methods.js'
import type { SinkFunction } from '../functions/sink-function.js'
import { asFunctionObject, type SinkArgument } from './function-arguments.js'

/**
 * A sink that dead letters can go to: what `sinkTo` takes, or what `addSink` takes.
 *
 * @example
 * ```ts
 * import { PrintSinkFunction, type DeadLetterSink } from 'flink-ts'
 *
 * const toTerminal: DeadLetterSink = new PrintSinkFunction('dead')
 * ```
 */
export type DeadLetterSink = Sink<DeadLetter> | SinkArgument<DeadLetter>

const POLICIES: ReadonlySet<unknown> = new Set(['fail', 'skip', 'dead-letter'] satisfies OnError[])

/** What `onError(policy, sink)` was given; undefined for `fail`. GRAPH_INVALID for what is none. */
export function checkedOnError(
  operator: string,
  policy: OnError,
  sink: DeadLetterSink | undefined,
): BadRecordSettings | undefined {
  if (!POLICIES.has(policy)) {
    refuse(operator, `onError takes 'fail', 'skip' or 'dead-letter', not ${describeValue(policy)}`)
  }
  if (policy !== 'dead-letter') {
    if (sink !== undefined) refuse(operator, `onError('${policy}') takes no sink: only dead letters go to one`)
    return policy === 'fail' ? undefined : { policy, sink }
  }
  if (sink === undefined) return { policy, sink }
  if (hasMethods(sink, 'createWriter')) return { policy, sink: checkSink(sink) }
  const given = asFunctionObject<SinkFunction<DeadLetter>>(sink, 'invoke', 'onError')
  return { policy, sink: given }
}

function refuse(operator: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator, reason })
}
