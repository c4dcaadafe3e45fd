import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { hasMethods } from '../../functions/has-methods.js'
import type { Sink } from './sink.js'
import type { SupportsCommitter } from './supports-committer.js'
import type { SupportsWriterState } from './supports-writer-state.js'

export type AnySink = Sink<unknown>
export type AnyCommittingSink = AnySink & SupportsCommitter<unknown, unknown>

/** What a sink can besides, found by its methods. */
export function supportsCommitter(sink: object): sink is AnyCommittingSink {
  return hasMethods(sink, 'createCommitter')
}

export function supportsWriterState(sink: object): sink is AnySink & SupportsWriterState<unknown, unknown> {
  return hasMethods(sink, 'restoreWriter')
}

/** The argument as a sink of any records; GRAPH_INVALID where it is none. */
export function checkSink(sink: unknown): AnySink {
  if (typeof sink !== 'object' || sink === null) refuse(`it takes a Sink, not ${describeValue(sink)}`)
  if (!hasMethods(sink, 'createWriter')) {
    const advice = hasMethods(sink, 'invoke') ? '. A sink function, with a method invoke, goes to addSink' : ''
    refuse(`its sink has no method createWriter${advice}`)
  }
  const topology = ['addPreCommitTopology', 'addPostCommitTopology'].find((method) => hasMethods(sink, method))
  if (topology !== undefined && !supportsCommitter(sink)) {
    refuse(`its sink has a method ${topology} and no method createCommitter`)
  }
  return sink as AnySink
}

function refuse(reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: 'sinkTo', reason })
}
