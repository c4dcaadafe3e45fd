import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ancestorsOf, type Transformation } from '../../dag/transformation.js'
import { DataStream } from '../../datastream/data-stream.js'
import type { SimpleVersionedSerializer } from '../source/simple-versioned-serializer.js'
import type { CommittableMessage } from '../sink2/committable-message.js'
import type { Committer } from '../sink2/committer.js'
import type { CommitterInitContext } from '../sink2/init-context.js'

/** Flink's name. */
export const GLOBAL_COMMITTER_NAME = 'Global Committer'

/**
 * What many sinks add around their committers.
 *
 * @example
 * ```ts
 * import { StandardSinkTopologies, type Committer, type SupportsPostCommitTopology } from 'flink-ts'
 *
 * const publisher: Committer<string> = { commit: (files) => console.log(`${String(files.length)} files of a checkpoint`) }
 * const publishing: SupportsPostCommitTopology<string> = {
 *   addPostCommitTopology: (committables) => {
 *     StandardSinkTopologies.addGlobalCommitter(committables, () => publisher)
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/connector/sink2/StandardSinkTopologies.html
 */
export const StandardSinkTopologies = {
  /**
   * One committer for all: it is given the committables of all subtasks of a checkpoint at once, after each of them was committed
   * (in a pre-commit topology: once the checkpoint is complete). Without `committableSerializer` committables may be plain data.
   * GRAPH_INVALID where what makes one of them is no function.
   */
  addGlobalCommitter<CommT>(
    committables: DataStream<CommittableMessage<CommT>>,
    committerFactory: (context: CommitterInitContext) => Committer<CommT> | Promise<Committer<CommT>>,
    committableSerializer?: () => SimpleVersionedSerializer<CommT>,
  ): void {
    checkMaker('committerFactory', committerFactory)
    if (committableSerializer !== undefined) checkMaker('committableSerializer', committableSerializer)
    const { input, recorder } = DataStream.inputOf(committables)
    const createCommitter = committerFactory as (context: CommitterInitContext) => Committer<unknown>
    const serializer = committableSerializer?.() as SimpleVersionedSerializer<unknown> | undefined
    const commitsOnInput = [...ancestorsOf(input.input)].some(isCommitter)
    const operator = { kind: 'global-committer', createCommitter, serializer, commitsOnInput } as const
    const name = GLOBAL_COMMITTER_NAME
    recorder
      .operator<never>({ input: input.input, key: undefined }, { name, operator, outputType: undefined })
      .forceNonParallel()
  },
} as const

function checkMaker(argument: string, given: unknown): void {
  if (typeof given === 'function') return
  const reason = `its ${argument} is no function but ${describeValue(given)}`
  throw new FlinkError('GRAPH_INVALID', { operator: 'addGlobalCommitter', reason })
}

function isCommitter(transformation: Transformation): boolean {
  return 'operator' in transformation && transformation.operator.kind === 'committer'
}
