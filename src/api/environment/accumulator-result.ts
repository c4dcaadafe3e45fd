import type { SerializedError } from '../../core/errors/error-codec.js'

/** What the accumulators of one name, whose class is `type`, came to in the whole job, or why they came to nothing. */
export type AccumulatorResult = { readonly type: string; readonly value: unknown } | { readonly error: SerializedError }
