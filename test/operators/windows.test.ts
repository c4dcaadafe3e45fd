import { OutputTag } from '../../src/api/functions/output-tag.js'
import { EventTimeSessionWindows } from '../../src/api/windowing/assigners/event-time-session-windows.js'
import { SlidingEventTimeWindows } from '../../src/api/windowing/assigners/sliding-event-time-windows.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { TumblingProcessingTimeWindows } from '../../src/api/windowing/assigners/tumbling-processing-time-windows.js'
import { CountEvictor } from '../../src/api/windowing/evictors/count-evictor.js'
import { processingTime, record, sideRecord, watermark } from './stream-elements.js'
import { testOperator } from './test-operator.js'
import { windowBinding, type Event } from './window-case.js'
import { add, average, AnyValues, Values } from './window-functions.js'

const late = new OutputTag<Event>('late')

const INPUT = [
  record(['a', 1], 1),
  record(['c', 2], 3),
  record(['a', 3], 12),
  watermark(9),
  record(['a', 4], 8),
  record(['c', 5], 14),
  watermark(14),
  record(['c', 6], 2),
  record(['a', 7], 13),
  watermark(Infinity),
]

testOperator('WindowOperator with tumbling windows, lateness and all records', {
  binding: () =>
    windowBinding((stream) =>
      stream.window(TumblingEventTimeWindows.of(10)).allowedLateness(3).sideOutputLateData(late).process(new Values()),
    ),
  inputs: [INPUT],
  slices: true,
  expected: [
    record(['a', 0, 10, [1]], 9),
    record(['c', 0, 10, [2]], 9),
    watermark(9),
    record(['a', 0, 10, [1, 4]], 9),
    watermark(14),
    sideRecord('late', ['c', 6], 2),
    record(['a', 10, 20, [3, 7]], 19),
    record(['c', 10, 20, [5]], 19),
    watermark(Infinity),
  ],
  inMode: { 'watermarks in steps of 1': { leftOut: 'lateness hangs on which watermarks there are' } },
})

testOperator('WindowOperator with tumbling windows and reduce', {
  binding: () => windowBinding((stream) => stream.window(TumblingEventTimeWindows.of(10)).reduce(add)),
  inputs: [INPUT],
  slices: true,
  expected: [
    record(['a', 1], 9),
    record(['c', 2], 9),
    watermark(9),
    watermark(14),
    record(['a', 10], 19),
    record(['c', 5], 19),
    watermark(Infinity),
  ],
})

testOperator('WindowOperator with sliding windows and aggregate', {
  binding: () =>
    windowBinding((stream) =>
      stream
        .window(SlidingEventTimeWindows.of(10, 5))
        .aggregate(average, (key, window, input, out) => out.collect([key, window.getStart(), ...input])),
    ),
  inputs: [
    [
      record(['a', 1], 1),
      watermark(4),
      record(['a', 4], 6),
      record(['c', 8], 8),
      record(['c', 2], 7),
      watermark(Infinity),
    ],
  ],
  slices: true,
  expected: [
    record(['a', -5, 1], 4),
    watermark(4),
    record(['a', 0, 2.5], 9),
    record(['c', 0, 5], 9),
    record(['a', 5, 4], 14),
    record(['c', 5, 5], 14),
    watermark(Infinity),
  ],
})

testOperator('WindowOperator with sessions', {
  binding: () => windowBinding((stream) => stream.window(EventTimeSessionWindows.withGap(3)).process(new Values())),
  inputs: [
    [
      record(['a', 1], 1),
      record(['a', 2], 7),
      record(['c', 3], 2),
      record(['a', 3], 4),
      record(['c', 4], 20),
      watermark(9),
      record(['a', 5], 30),
      watermark(Infinity),
    ],
  ],
  slices: true,
  expected: [
    record(['c', 2, 5, [3]], 4),
    record(['a', 1, 10, [1, 2, 3]], 9),
    watermark(9),
    record(['c', 20, 23, [4]], 22),
    record(['a', 30, 33, [5]], 32),
    watermark(Infinity),
  ],
})

testOperator('EvictingWindowOperator', {
  binding: () =>
    windowBinding((stream) =>
      stream
        .window(TumblingEventTimeWindows.of(10))
        .allowedLateness(5)
        .evictor(CountEvictor.of(2))
        .process(new Values()),
    ),
  inputs: [
    [
      record(['a', 1], 1),
      record(['a', 2], 2),
      record(['c', 3], 2),
      watermark(9),
      record(['a', 4], 4),
      record(['c', 6], 6),
      watermark(12),
      record(['a', 5], 5),
      record(['c', 7], 6),
      watermark(Infinity),
    ],
  ],
  slices: true,
  expected: [
    record(['a', 0, 10, [1, 2]], 9),
    record(['c', 0, 10, [3]], 9),
    watermark(9),
    record(['a', 0, 10, [2, 4]], 9),
    record(['c', 0, 10, [3, 6]], 9),
    watermark(12),
    record(['a', 0, 10, [4, 5]], 9),
    record(['c', 0, 10, [6, 7]], 9),
    watermark(Infinity),
  ],
})

testOperator('WindowOperator by processing time', {
  binding: () => windowBinding((stream) => stream.window(TumblingProcessingTimeWindows.of(100)).process(new Values())),
  inputs: [
    [
      record(['a', 1]),
      record(['c', 2]),
      processingTime(1050),
      record(['a', 3]),
      record(['c', 4]),
      processingTime(1100),
      record(['a', 4]),
      record(['c', 5]),
      processingTime(1250),
      record(['c', 6]),
    ],
  ],
  expected: [
    record(['a', 1000, 1100, [1, 3]], 1099),
    record(['c', 1000, 1100, [2, 4]], 1099),
    record(['a', 1100, 1200, [4]], 1199),
    record(['c', 1100, 1200, [5]], 1199),
  ],
})

testOperator('WindowOperator with count windows', {
  binding: () => windowBinding((stream) => stream.countWindow(2).process(new AnyValues())),
  inputs: [
    [record(['a', 1]), record(['c', 2]), record(['a', 3]), record(['a', 4]), record(['c', 5]), record(['a', 6])],
  ],
  expected: [record(['a', [1, 3]], Infinity), record(['c', [2, 5]], Infinity), record(['a', [4, 6]], Infinity)],
})

testOperator('EvictingWindowOperator with sliding count windows', {
  binding: () => windowBinding((stream) => stream.countWindow(3, 2).reduce(add)),
  inputs: [
    [record(['a', 1]), record(['c', 2]), record(['a', 3]), record(['a', 4]), record(['c', 5]), record(['a', 6])],
  ],
  expected: [record(['a', 4], Infinity), record(['c', 7], Infinity), record(['a', 13], Infinity)],
})
