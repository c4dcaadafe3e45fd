/** @module flink-ts/formats/json */
export { JsonDeserializationSchema, type ParseErrorHandling } from './json-deserialization-schema.js'
export { JsonReaderFormat } from './json-reader-format.js'
export { JsonSerializationSchema } from './json-serialization-schema.js'
