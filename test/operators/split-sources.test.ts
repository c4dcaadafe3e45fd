import type { Source } from '../../src/api/connector/source/source.js'
import type { SourceSplit } from '../../src/api/connector/source/source-split.js'
import { NumberSequenceSplit } from '../../src/api/connector/source/lib/number-sequence-split.js'
import type { OperatorSpec } from '../../src/api/dag/operator-spec.js'
import { NumberSequenceSource, WatermarkStrategy, type WatermarkGenerator } from '../../src/index.js'
import { DataGeneratorSource } from '../../src/connectors/datagen/data-generator-source.js'
import { NO_REGISTERED_TYPES } from '../../src/core/types/registered-types.js'
import { handlesOperatorEvents } from '../../src/runtime/taskmanager/operators/operator-event-handler.js'
import type { ToSourceReader } from '../../src/runtime/taskmanager/source/source-events.js'
import { VersionedBytes } from '../../src/runtime/taskmanager/source/versioned-bytes.js'
import { bindingOf } from './operator-harness.js'
import type { SourceOperatorTestHarness } from './source-operator-test-harness.js'
import { record, watermark } from './stream-elements.js'
import { testSource } from './test-source.js'

const SPLITS = [
  new NumberSequenceSplit('a', 1, 20),
  new NumberSequenceSplit('b', 31, 50),
  new NumberSequenceSplit('c', 51, 60),
]
const NUMBERS = SPLITS.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))

function specOf(source: unknown, watermarkStrategy = WatermarkStrategy.noWatermarks<unknown>()): OperatorSpec {
  return { kind: 'source', source: source as Source<unknown, SourceSplit>, watermarkStrategy }
}

function tell({ operator }: SourceOperatorTestHarness, event: ToSourceReader): void {
  if (handlesOperatorEvents(operator)) void operator.handleOperatorEvent(event)
}

/** A restored source has what is left of its splits; there are no others in any case. */
function assign(harness: SourceOperatorTestHarness, start: 'fresh' | 'restored'): void {
  const source = new NumberSequenceSource(1, 2) as unknown as Source<unknown, SourceSplit>
  const bytes = VersionedBytes.ofSplits(source, 'Op', NO_REGISTERED_TYPES)
  if (start === 'fresh') tell(harness, { kind: 'add-splits', splits: SPLITS.map((split) => bytes.write(split)) })
  tell(harness, { kind: 'no-more-splits' })
}

testSource('SourceOperator around the numbers of three splits', {
  binding: () => bindingOf(specOf(new NumberSequenceSource(1, 60))),
  afterOpen: assign,
  expected: NUMBERS.map((n) => record(n)),
})

testSource('SourceOperator around a generator of data', {
  binding: () => bindingOf(specOf(new DataGeneratorSource((n) => ({ n }), 60))),
  afterOpen: assign,
  expected: NUMBERS.map((n) => record({ n })),
})

/** Time comes to every number that ends with 0. */
class EveryTenth implements WatermarkGenerator<number> {
  onEvent(value: number, timestamp: number, output: Parameters<WatermarkGenerator<number>['onEvent']>[2]): void {
    if (value % 10 === 0) output.emitWatermark(timestamp)
  }

  onPeriodicEmit(): void {
    // The records say when.
  }
}

const everyTenth = WatermarkStrategy.forGenerator<number>(() => new EveryTenth()).withTimestampAssigner((n) => n * 100)

// While a split is there that nothing was read of, time waits for it: only the last one lets it go on.
testSource('SourceOperator with watermarks of its records', {
  binding: () => bindingOf(specOf(new NumberSequenceSource(1, 60), everyTenth)),
  afterOpen: assign,
  expected: NUMBERS.flatMap((n) => (n === 60 ? [record(n, n * 100), watermark(n * 100)] : [record(n, n * 100)])),
})
