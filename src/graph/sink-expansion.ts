import type { CommittableMessage } from '../api/connector/sink2/committable-message.js'
import { CommittableMessageType } from '../api/connector/sink2/committable-message-type.js'
import { supportsCommitter, type AnyCommittingSink } from '../api/connector/sink2/sink-check.js'
import {
  supportsPostCommitTopology,
  supportsPreCommitTopology,
  supportsPreWriteTopology,
} from '../api/connector/topology/sink-topologies.js'
import { GLOBAL_COMMITTER_NAME } from '../api/connector/topology/standard-sink-topologies.js'
import {
  ancestorsOf,
  type RecordedTransformation,
  type SinkTransformation,
  type Transformation,
} from '../api/dag/transformation.js'
import { DataStream } from '../api/datastream/data-stream.js'
import { TransformationRecorder } from '../api/datastream/transformation-recorder.js'
import { describeValue } from '../core/errors/describe-value.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { deadLetterSinkOf } from './dead-letter-sink.js'

/** Flink's names of the operators of a sink. */
const WRITER_NAME = 'Writer'
const COMMITTER_NAME = 'Committer'

/** How operators that were added for a sink get their settings: those of a topology of the sink may have some of their own. */
type Origin = 'own' | 'topology'

/**
 * The program with operators in the place of its sinks: pre-write topology, writer, pre-commit topology, committer, post-commit
 * topology; and with a sink for the dead letters of each operator that was given one. As in Flink the writer has the uid of the sink, and those of the others are made of it.
 */
export function expandSinks(recorded: readonly RecordedTransformation[]): Transformation[] {
  const expanded: Transformation[] = []
  let lastId: number | undefined
  for (const transformation of recorded) {
    if (transformation.type !== 'sink') expanded.push(transformation)
    const sink = transformation.settings.badRecords?.sink
    let added: readonly RecordedTransformation[]
    if (transformation.type === 'sink') {
      lastId ??= highestId(recorded)
      added = new SinkExpansion(transformation, lastId).expand()
    } else if (sink !== undefined) {
      lastId ??= highestId(recorded)
      added = deadLetterSinkOf(transformation, sink, lastId)
    } else continue
    // A topology after the committers may end in a sink, and dead letters of the writer may go to one.
    const operators = expandSinks(added)
    lastId = Math.max(lastId, highestId(operators))
    expanded.push(...operators)
  }
  return expanded
}

/** Of all that is recorded, the virtual ones and the ways back of loops among them. */
function highestId(recorded: readonly RecordedTransformation[]): number {
  let highest = 0
  for (const { id } of recorded) highest = Math.max(highest, id)
  const streams = recorded.map((each) => (each.type === 'sink' ? each.input : each))
  for (const each of ancestorsOf(...streams)) highest = Math.max(highest, each.id, ...feedbackIds(each))
  return highest
}

function feedbackIds(transformation: Transformation): readonly number[] {
  return transformation.type === 'feedback' ? transformation.feedback.map(({ id }) => id) : []
}

class SinkExpansion {
  readonly #transformation: SinkTransformation
  readonly #recorder: TransformationRecorder
  readonly #expanded: RecordedTransformation[] = []

  constructor(transformation: SinkTransformation, lastId: number) {
    this.#transformation = transformation
    this.#recorder = new TransformationRecorder(undefined, lastId)
  }

  expand(): readonly RecordedTransformation[] {
    const { sink, input } = this.#transformation
    let stream = this.#recorder.stream<unknown>(input)
    if (supportsPreWriteTopology(sink)) {
      stream = this.#added('addPreWriteTopology', 'topology', () => sink.addPreWriteTopology(stream))
    }
    if (supportsCommitter(sink)) this.#addCommitters(sink, stream)
    else this.#addWriter(stream, undefined)
    return this.#expanded
  }

  #addCommitters(sink: AnyCommittingSink, stream: DataStream<unknown>): void {
    const { name } = this.#transformation.settings
    const committableType = new CommittableMessageType(name, sink.getCommittableSerializer?.())
    const hasPreCommit = supportsPreCommitTopology(sink)
    const writeResults = hasPreCommit ? sink.getWriteResultSerializer?.() : undefined
    let committables = this.#addWriter(
      stream,
      writeResults === undefined ? committableType : new CommittableMessageType(name, writeResults),
    )
    if (hasPreCommit) {
      committables = this.#added('addPreCommitTopology', 'topology', () => {
        const given: unknown = sink.addPreCommitTopology(committables)
        if (given instanceof DataStream) given.transformation.outputType ??= committableType
        return given as DataStream<CommittableMessage<unknown>>
      })
    }
    const emitsDownstream = supportsPostCommitTopology(sink)
    const operator = { kind: 'committer', sink, emitsDownstream } as const
    const committed = this.#added('Committer', 'own', () =>
      this.#recorder.operator<CommittableMessage<unknown>>(
        { input: committables.transformation, key: undefined },
        { name: COMMITTER_NAME, operator, outputType: committableType },
      ),
    )
    if (!emitsDownstream) return
    this.#added('addPostCommitTopology', 'topology', () => {
      sink.addPostCommitTopology(committed)
      return committed
    })
  }

  #addWriter(
    stream: DataStream<unknown>,
    outputType: CommittableMessageType<unknown> | undefined,
  ): DataStream<CommittableMessage<unknown>> {
    const operator = { kind: 'sink-writer', sink: this.#transformation.sink } as const
    return this.#added('Writer', 'own', () =>
      this.#recorder.operator(
        { input: stream.transformation, key: undefined },
        { name: WRITER_NAME, operator, outputType },
      ),
    )
  }

  /** What the action records gets the settings of the sink. */
  #added<T>(method: string, origin: Origin, action: () => DataStream<T>): DataStream<T> {
    const result: unknown = action()
    if (!(result instanceof DataStream)) {
      const { name } = this.#transformation.settings
      const details = { sink: name, method, returned: describeValue(result), expected: 'a stream' }
      throw new FlinkError('SINK_PART_INVALID', details)
    }
    for (const added of this.#recorder.takeTransformations()) {
      this.#adjust(added, origin)
      this.#expanded.push(added)
    }
    return result as DataStream<T>
  }

  #adjust({ settings }: RecordedTransformation, origin: Origin): void {
    const { settings: ofSink } = this.#transformation
    if (origin === 'topology' && settings.uid !== undefined && ofSink.uid === undefined) {
      const reason = `its topology gives '${settings.name}' a uid, so the sink needs one too: sinkTo(...).uid(...)`
      throw new FlinkError('GRAPH_INVALID', { operator: ofSink.name, reason })
    }
    if (ofSink.uid !== undefined) settings.uid = uidOf(ofSink.uid, settings.name, settings.uid)
    settings.name = `${ofSink.name}: ${settings.name}`
    if (ofSink.description !== undefined && settings.description !== undefined) {
      settings.description = `${ofSink.description}: ${settings.description}`
    }
    if (origin === 'own' && settings.name.endsWith(`: ${WRITER_NAME}`)) settings.badRecords = ofSink.badRecords
    settings.slotSharingGroup ??= ofSink.slotSharingGroup
    if (!settings.nonParallel) settings.parallelism ??= ofSink.parallelism
    settings.maxParallelism ??= ofSink.maxParallelism
    settings.bufferTimeoutMs ??= ofSink.bufferTimeoutMs
    if (ofSink.chainingStrategy !== 'always') settings.chainingStrategy = ofSink.chainingStrategy
  }
}

/** As in Flink, which keeps the forms of its older versions; an operator of a topology without uid has none. */
function uidOf(sinkUid: string, name: string, uid: string | undefined): string | undefined {
  switch (name) {
    case WRITER_NAME:
      return sinkUid
    case COMMITTER_NAME:
      return `Sink Committer: ${sinkUid}`
    case GLOBAL_COMMITTER_NAME:
      return `Sink ${sinkUid} Global Committer`
    default:
      return uid === undefined ? undefined : `${sinkUid}: ${uid}`
  }
}
