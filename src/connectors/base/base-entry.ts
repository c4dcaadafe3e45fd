/**
 * Sub-path `flink-ts/connectors/base`: for authors of connectors.
 *
 * @module flink-ts/connectors/base
 */
export { DeliveryGuarantee } from './delivery-guarantee.js'
export type { RecordEmitter } from './record-emitter.js'
export { RecordsBySplits } from './records-by-splits.js'
export type { RecordsWithSplitIds } from './records-with-split-ids.js'
export { SourceReaderBase, type SourceReaderBaseInput } from './source-reader-base.js'
export type { SplitReader } from './split-reader.js'
