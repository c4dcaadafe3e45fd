import type * as Kafka from '@platformatic/kafka'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { errnoOf } from '../../../core/fs/errno.js'

/** The package that flink-ts is tried with; whoever reads or writes Kafka installs it. */
export const KAFKA_PACKAGE = '@platformatic/kafka@1.35.0'

/** The client library: its low-level calls, of which each is one request of the protocol. */
export type KafkaLibrary = typeof Kafka

export type KafkaConnection = Kafka.Connection

/** KAFKA_CLIENT_MISSING where it is not installed. `load`: for tests. */
export async function loadKafka(
  load: () => Promise<KafkaLibrary> = () => import('@platformatic/kafka'),
): Promise<KafkaLibrary> {
  try {
    return await load()
  } catch (error) {
    const isMissing = errnoOf(error) === 'ERR_MODULE_NOT_FOUND' || errnoOf(error) === 'MODULE_NOT_FOUND'
    const [line = ''] = messageOf(error).split('\n')
    const reason = isMissing ? 'the client is not installed' : line.replace(/\.$/, '')
    throw new FlinkError('KAFKA_CLIENT_MISSING', { reason, package: KAFKA_PACKAGE }, { cause: error })
  }
}
