// Duty: a record that is larger than its topic takes, as an error that says how large either is.
// Thread: the task worker that owns the writer.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { byteSize } from '../../../core/io/byte-size.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { protocolErrorsOf } from '../client/kafka-failure.js'

const LIMIT = 'max.message.bytes'
const TOPIC = 2
const ASK_TIMEOUT_MS = 5000
/** Nothing of such a batch is written. */
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])

export function isTooLarge(error: unknown): boolean {
  return protocolErrorsOf(error).some((name) => TOO_LARGE.has(name))
}

export async function tooLargeFailure(
  cluster: KafkaCluster,
  { topic, sizeBytes }: { readonly topic: string; readonly sizeBytes: number },
  cause: unknown,
): Promise<FlinkError> {
  const [name = ''] = protocolErrorsOf(cause)
  const limit = await limitOf(cluster, topic)
  const said = limit === undefined ? `${LIMIT} of the topic is less` : `${LIMIT} of the topic is ${byteSize(limit)}`
  const reason = `it has ${byteSize(sizeBytes)} as it is sent, and ${said} (${name})`
  return new FlinkError('KAFKA_RECORD_REFUSED', { topic, reason }, { cause })
}

/** Undefined where brokers do not say: not every client may ask. */
async function limitOf(cluster: KafkaCluster, topic: string): Promise<number | undefined> {
  const resources = [{ resourceType: TOPIC, resourceName: topic, configurationKeys: [LIMIT] }] as const
  try {
    const { results } = await cluster.callAny(
      { operation: `the settings of ${topic}`, timeoutMs: ASK_TIMEOUT_MS },
      (connection, library) => library.describeConfigsV4.api.async(connection, [...resources] as never, false, false),
    )
    const value = Number(results[0]?.configs.find((each) => each.name === LIMIT)?.value)
    return value > 0 ? value : undefined
  } catch {
    return undefined
  }
}
