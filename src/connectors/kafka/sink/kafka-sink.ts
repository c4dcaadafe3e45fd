import type { Committer } from '../../../api/connector/sink2/committer.js'
import type { CommitterInitContext, InitContext } from '../../../api/connector/sink2/init-context.js'
import type { Sink } from '../../../api/connector/sink2/sink.js'
import type { CommittingSinkWriter, SupportsCommitter } from '../../../api/connector/sink2/supports-committer.js'
import type { StatefulSinkWriter, SupportsWriterState } from '../../../api/connector/sink2/supports-writer-state.js'
import type { WriterInitContext } from '../../../api/connector/sink2/writer-init-context.js'
import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import { SystemRandom } from '../../../core/random/system-random.js'
import { DeliveryGuarantee } from '../../base/delivery-guarantee.js'
import { KafkaCluster } from '../client/kafka-cluster.js'
import { kafkaCommittables, type KafkaCommittable } from './kafka-committable.js'
import { KafkaCommitter } from './kafka-committer.js'
import { KafkaSinkBuilder } from './kafka-sink-builder.js'
import type { KafkaSinkParts } from './kafka-sink-parts.js'
import { kafkaWriterStates, type KafkaWriterState } from './kafka-writer-state.js'
import { openKafkaWriter } from './open-kafka-writer.js'

type KafkaSinkWriter<IN> = CommittingSinkWriter<IN, KafkaCommittable> & StatefulSinkWriter<IN, KafkaWriterState>

/**
 * Records to topics of Kafka. It needs a package beside flink-ts: `npm install @platformatic/kafka`.
 *
 * With `DeliveryGuarantee.EXACTLY_ONCE` the records between two checkpoints are one transaction of each subtask, which is committed when the
 * checkpoint is complete; readers see them then, and once, where they read with isolation.level=read_committed. After a crash the
 * transactions of the restored checkpoint are committed, by whatever process and at whatever parallelism, and those that were begun
 * after it are aborted. With AT_LEAST_ONCE a checkpoint waits until all that came before it is written; with NONE it does not.
 *
 * KAFKA_TRANSACTION_LOST where Kafka has aborted a transaction that belongs to the restored checkpoint: it was open for longer than
 * transaction.timeout.ms. KAFKA_TRANSACTION_FORGOTTEN where that checkpoint is so old that Kafka knows nothing of its transactions any more. With
 * the property flink.on-lost-transaction=ignore the job goes on in both cases. KAFKA_TRANSACTION_FENCED where another sink of the same prefix runs.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { DeliveryGuarantee, KafkaRecordSerializationSchema, KafkaSink } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.enableCheckpointing(10_000)
 * const sink = KafkaSink.builder<string>()
 *   .setBootstrapServers('localhost:9092')
 *   .setRecordSerializer(
 *     KafkaRecordSerializationSchema.builder<string>()
 *       .setTopic('words')
 *       .setValueSerializationSchema(new SimpleStringSchema())
 *       .build(),
 *   )
 *   .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
 *   .setTransactionalIdPrefix('words-of-my-job')
 *   .build()
 * env.fromElements('to', 'be').sinkTo(sink).uid('kafka')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/kafka/#kafka-sink
 */
export class KafkaSink<IN>
  implements Sink<IN>, SupportsCommitter<IN, KafkaCommittable>, SupportsWriterState<IN, KafkaWriterState>
{
  readonly #parts: KafkaSinkParts<IN>

  /** For {@link KafkaSinkBuilder}: `parts` are KafkaSinkParts, whose types of the client do not go out with those of the package. */
  constructor(parts: object) {
    this.#parts = parts as KafkaSinkParts<IN>
  }

  static builder<IN>(): KafkaSinkBuilder<IN, KafkaSink<IN>> {
    return new KafkaSinkBuilder<IN, KafkaSink<IN>>((parts) => new KafkaSink<IN>(parts))
  }

  createWriter(context: WriterInitContext): Promise<KafkaSinkWriter<IN>> {
    return this.restoreWriter(context, [])
  }

  restoreWriter(context: WriterInitContext, recoveredState: readonly KafkaWriterState[]): Promise<KafkaSinkWriter<IN>> {
    const { producer, serializer, guarantee, transactionalIdPrefix, ineffective } = this.#parts
    const isTransactional = guarantee === DeliveryGuarantee.EXACTLY_ONCE
    const prefix = transactionalIdPrefix ?? recoveredState[0]?.transactionalIdPrefix ?? newPrefix(context)
    const input = {
      settings: producer,
      serializer,
      openCluster: (of: WriterInitContext) => this.#openCluster(of),
      transactionalIdPrefix: isTransactional ? prefix : undefined,
      isPrefixShared: transactionalIdPrefix !== undefined,
      flushesAtCheckpoints: guarantee !== DeliveryGuarantee.NONE,
    }
    if (ineffective.length > 0 && context.getTaskInfo().getIndexOfThisSubtask() === 0) {
      const properties = ineffective.join(', ')
      context.getLogger?.().warn('properties of Kafka that have no effect on a sink of flink-ts', { properties })
    }
    return openKafkaWriter(input, context, recoveredState)
  }

  getWriterStateSerializer(): SimpleVersionedSerializer<KafkaWriterState> {
    return kafkaWriterStates
  }

  createCommitter(context: CommitterInitContext): Committer<KafkaCommittable> {
    return new KafkaCommitter(() => this.#openCluster(context), this.#parts.producer.onLostTransaction)
  }

  getCommittableSerializer(): SimpleVersionedSerializer<KafkaCommittable> {
    return kafkaCommittables
  }

  #openCluster(context: InitContext): Promise<KafkaCluster> {
    const { client, library } = this.#parts
    const services = { clock: context.getClock(), random: new SystemRandom() }
    return KafkaCluster.open(client, library === undefined ? services : { ...services, library })
  }
}

/** Of this writer alone; a restored one goes on with it. */
function newPrefix(context: InitContext): string {
  return `${context.getTaskInfo().getTaskName()}-${new SystemRandom().hex(16)}`
}
