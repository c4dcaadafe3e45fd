import type { KafkaLibrary } from '../client/kafka-library.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { CompressionType } from './producer-settings.js'
import type { SealOptions } from './growing-batch.js'

/** How batches are compressed and checked: what the client has for it. KAFKA_PROPERTY_INVALID for what this Node does not have. */
export function sealOptions(library: KafkaLibrary, compression: CompressionType): SealOptions {
  const checksum = (bytes: Buffer): number => library.crc32c(bytes)
  if (compression === 'none') return { compression: undefined, checksum }
  const { available, bitmask, compressSync } = library.compressionsAlgorithms[compression]
  if (!available) {
    const reason = `Node ${process.versions.node} has no ${compression}: Node 22.15 and newer do`
    throw new FlinkError('KAFKA_PROPERTY_INVALID', { property: 'compression.type', value: compression, reason })
  }
  return { compression: { bits: bitmask, compress: (records) => compressSync(records) }, checksum }
}
