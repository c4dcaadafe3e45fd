import { DEAD_LETTERS, type BadRecordSettings } from '../api/dag/on-error.js'
import type { RecordedTransformation, Transformation } from '../api/dag/transformation.js'
import { TransformationRecorder } from '../api/datastream/transformation-recorder.js'
import { hasMethods } from '../api/functions/has-methods.js'
import type { Sink } from '../api/connector/sink2/sink.js'
import type { DeadLetter } from '../api/badrecords/dead-letter.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { StreamNode } from './stream-graph.js'

/** The sink that `onError('dead-letter', sink)` was given, downstream of the operator: its uid is made of the operator's. */
export function deadLetterSinkOf(
  transformation: Transformation,
  sink: NonNullable<BadRecordSettings['sink']>,
  lastId: number,
): readonly RecordedTransformation[] {
  const recorder = new TransformationRecorder(undefined, lastId)
  const letters = recorder.deadLetters<unknown>(transformation)
  const { name, uid, parallelism, nonParallel, slotSharingGroup } = transformation.settings
  const end = isSink(sink) ? letters.sinkTo(sink) : letters.addSink(sink)
  end.name(`Dead letters of ${name}`)
  if (uid !== undefined) end.uid(`${uid}: dead letters`)
  if (nonParallel || parallelism !== undefined) end.setParallelism(nonParallel ? 1 : (parallelism ?? 1))
  if (slotSharingGroup !== undefined) end.slotSharingGroup(slotSharingGroup)
  return recorder.takeTransformations()
}

/** Dead letters that nobody reads would be lost without a word, and those of an operator that makes none are a mistake. */
export function checkDeadLetters({ name, operator, onError, outEdges }: StreamNode): void {
  const isRead = outEdges.some(({ sideOutput }) => sideOutput === DEAD_LETTERS)
  if (operator.kind === 'source-function' && (onError !== undefined || isRead)) {
    refuse(name, 'a SourceFunction has no onError: its run is one call, which ends with what it throws')
  }
  if (onError === 'dead-letter' && !isRead) {
    refuse(name, "nobody reads its dead letters: give onError('dead-letter', sink) a sink, or read getDeadLetters()")
  }
  if (isRead && onError !== 'dead-letter') {
    refuse(name, "getDeadLetters() would stay empty: its bad records go there after onError('dead-letter')")
  }
}

function isSink(sink: NonNullable<BadRecordSettings['sink']>): sink is Sink<DeadLetter> {
  return hasMethods(sink, 'createWriter')
}

function refuse(operator: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator, reason })
}
