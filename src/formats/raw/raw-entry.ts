/** @module flink-ts/formats/raw */
export { RawDeserializationSchema } from './raw-deserialization-schema.js'
export { RawEncoder } from './raw-encoder.js'
export { RawFileFormat } from './raw-file-format.js'
export { RawSerializationSchema } from './raw-serialization-schema.js'
