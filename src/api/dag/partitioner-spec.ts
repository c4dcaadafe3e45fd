import type { KeySpec } from './key-spec.js'

/** The partitioners of Flink by the name that plans and REST show; `hash` is what keyBy makes. */
export type PartitionerKind =
  'forward' | 'rebalance' | 'shuffle' | 'rescale' | 'broadcast' | 'global' | 'custom' | 'hash'

/** How records travel from one operator to the next. A key selector belongs to the sending side. */
export type PartitionerSpec =
  | { readonly kind: Exclude<PartitionerKind, 'custom' | 'hash'> }
  | { readonly kind: 'hash'; readonly key: KeySpec }
  | {
      readonly kind: 'custom'
      readonly partition: (key: unknown, numPartitions: number) => number
      readonly key: KeySpec
    }
