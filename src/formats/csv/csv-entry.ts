/** @module flink-ts/formats/csv */
export { CsvDeserializationSchema } from './csv-deserialization-schema.js'
export { CsvReaderFormat } from './csv-reader-format.js'
export { CsvSchema } from './csv-schema.js'
export { CsvSerializationSchema } from './csv-serialization-schema.js'
