/** Operators of tests alone, which do what those of the next kinds will: stop in the middle, and take two inputs. */
import { bindingOf, byFirst } from './operator-harness.js'
import { specOf } from './engine-operator.js'
import { BatchingOperator } from './batching-operator.js'
import { JoiningOperator, JoinSides } from './joining-operator.js'
import { SortingBuffer, SortingOperator } from './sorting-operator.js'
import { processingTime, record, status, watermark } from './stream-elements.js'
import { testOperator } from './test-operator.js'

testOperator('an operator that emits many records with a watermark', {
  binding: () => bindingOf(specOf(SortingOperator, new SortingBuffer())),
  inputs: [
    [
      ...[7, 3, 9, 1, 5].map((n) => record(n, n)),
      watermark(6),
      ...[10, 8, 20].map((n) => record(n, n)),
      status('idle'),
      status('active'),
      watermark(12),
      ...[19, 30, 13].map((n) => record(n, n)),
    ],
  ],
  expected: [
    ...[1, 3, 5].map((n) => record(n, n)),
    watermark(6),
    status('idle'),
    status('active'),
    ...[7, 8, 9, 10].map((n) => record(n, n)),
    watermark(12),
    ...[13, 19, 20, 30].map((n) => record(n, n)),
  ],
  slices: true,
})

testOperator('an operator that emits many records with a timer', {
  binding: () => bindingOf(specOf(BatchingOperator, new SortingBuffer())),
  inputs: [
    [
      ...['a', 'b', 'c', 'd'].map((value) => record(value)),
      processingTime(1050),
      record('e'),
      watermark(3),
      // Nothing of the first four is due until 1100 is over.
      processingTime(1100),
      record('f'),
      processingTime(1400),
      watermark(4),
      record('g'),
    ],
  ],
  expected: [
    watermark(3),
    ...['a', 'b', 'c', 'd'].map((value) => record(value, 1100)),
    ...[record('e', 1150), record('f', 1200), watermark(4), record('g', 1500)],
  ],
  slices: true,
})

testOperator('an operator with two keyed inputs', {
  binding: () => bindingOf(specOf(JoiningOperator, new JoinSides()), byFirst, byFirst),
  inputs: [
    [record(['a', 1], 1), record(['c', 1], 2), watermark(4), record(['a', 2], 5), watermark(9), status('idle')],
    [record(['a', 'x'], 3), watermark(2), record(['c', 'y'], 6), record(['a', 'z'], 7), watermark(8), status('idle')],
  ],
  expected: [
    record(['a', 1, 'x'], 3),
    watermark(2),
    record(['c', 1, 'y'], 6),
    record(['a', 2, 'x'], 5),
    record(['a', 1, 'z'], 7),
    record(['a', 2, 'z'], 7),
    watermark(8),
    status('idle'),
  ],
  anyOrderOfInputs: true,
})
