/** @module flink-ts/formats/string */
export { SimpleStringSchema } from './simple-string-schema.js'
