// Duty: refuses what a source gave instead of a reader or an enumerator, as a method without its return does.
// Thread: any task worker.
import type { SourceReader } from '../../../api/connector/source/source-reader.js'
import type { SourceSplit } from '../../../api/connector/source/source-split.js'
import type { SplitEnumerator } from '../../../api/connector/source/split-enumerator.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

const READER_METHODS = [
  'start',
  'pollNext',
  'snapshotState',
  'isAvailable',
  'addSplits',
  'notifyNoMoreSplits',
  'close',
] as const satisfies readonly (keyof SourceReader<unknown, SourceSplit>)[]

const ENUMERATOR_METHODS = [
  'start',
  'handleSplitRequest',
  'addSplitsBack',
  'addReader',
  'snapshotState',
  'close',
] as const satisfies readonly (keyof SplitEnumerator<SourceSplit, unknown>)[]

/** Name of the source, and its method that gave the part. */
interface Maker {
  readonly source: string
  readonly method: string
}

/** The reader itself; SOURCE_PART_INVALID for what has not the methods of one. */
export function checkedReader(given: unknown, source: string): SourceReader<unknown, SourceSplit> {
  refuseWithout(READER_METHODS, given, { source, method: 'createReader', part: 'SourceReader' })
  return given as SourceReader<unknown, SourceSplit>
}

/** The enumerator itself; SOURCE_PART_INVALID for what has not the methods of one. */
export function checkedEnumerator(given: unknown, maker: Maker): SplitEnumerator<SourceSplit, unknown> {
  refuseWithout(ENUMERATOR_METHODS, given, { ...maker, part: 'SplitEnumerator' })
  return given as SplitEnumerator<SourceSplit, unknown>
}

function refuseWithout(methods: readonly string[], given: unknown, maker: Maker & { readonly part: string }): void {
  const missing = methods.filter((method) => !hasMethods(given, method))
  if (missing.length === 0) return
  const isNothing = given === undefined || given === null
  const reason = isNothing ? 'is a return missing?' : `it has no ${missing.map((method) => `${method}()`).join(', ')}`
  throw new FlinkError('SOURCE_PART_INVALID', { ...maker, returned: describeValue(given), reason })
}
