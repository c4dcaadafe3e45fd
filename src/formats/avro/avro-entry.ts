/** @module flink-ts/formats/avro */
export { AvroDeserializationSchema, type AvroReading } from './avro-deserialization-schema.js'
export { AvroEncoding } from './avro-encoding.js'
export { AvroSerializationSchema } from './avro-serialization-schema.js'
export type { AvroOptions, AvroSchema } from './avro-schema.js'
export { AvroReaderFormat } from './files/avro-reader-format.js'
export { AvroWriters, type AvroWriting } from './files/avro-writers.js'
export {
  ConfluentRegistryAvroDeserializationSchema,
  type RegistryReading,
} from './registry/confluent-registry-avro-deserialization-schema.js'
export { ConfluentRegistryAvroSerializationSchema } from './registry/confluent-registry-avro-serialization-schema.js'
export type { SchemaRegistryConfigs } from './registry/registry-settings.js'
