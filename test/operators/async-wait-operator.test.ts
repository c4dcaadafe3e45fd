/** Asynchronous operators in every way in which a task may run them. */
import type { ResultFuture } from '../../src/api/functions/async/result-future.js'
import { asyncSpec } from './async-case.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { record, watermark, type InputElement, type OutputElement } from './stream-elements.js'
import { testOperator } from './test-operator.js'

type Event = readonly [key: string, n: number]

const INPUT: readonly InputElement[] = [
  record(['a', 3], 10),
  record(['c', 1], 20),
  watermark(25),
  record(['a', 1]),
  record(['a', 5], 30),
  record(['c', 2], 40),
  record(['a', 4], 50),
  watermark(60),
]

/** The later the greater: 1 at once, others as many turns of the event loop later. */
function answer([key, n]: Event, resultFuture: ResultFuture<unknown>): void {
  const results = n % 2 === 0 ? [`${key}${n}`, `${key}-${n}`] : n === 5 ? [] : [`${key}${n}`]
  later(n - 1, () => {
    resultFuture.complete(results)
  })
}

function later(turns: number, action: () => void): void {
  if (turns === 0) action()
  else
    setImmediate(() => {
      later(turns - 1, action)
    })
}

const ORDERED: readonly OutputElement[] = [
  record('a3', 10),
  record('c1', 20),
  watermark(25),
  record('a1'),
  record('c2', 40),
  record('c-2', 40),
  record('a4', 50),
  record('a-4', 50),
  watermark(60),
]

for (const capacity of [1, 2, 10]) {
  testOperator(`AsyncWaitOperator, ordered, capacity ${capacity}`, {
    binding: () =>
      bindingOf(
        asyncSpec(
          (input, future) => {
            answer(input as Event, future)
          },
          { capacity },
        ),
      ),
    inputs: [INPUT],
    expected: ORDERED,
    overdraft: 6,
  })
}

testOperator('AsyncWaitOperator, ordered, on a keyed stream', {
  binding: () =>
    bindingOf(
      asyncSpec(
        (input, future) => {
          answer(input as Event, future)
        },
        { capacity: 2 },
      ),
      byFirst,
    ),
  inputs: [INPUT],
  expected: ORDERED,
  overdraft: 6,
})

/** Whatever comes first: it is the same as long as one record is asked about at a time. */
testOperator('AsyncWaitOperator, unordered', {
  binding: () =>
    bindingOf(
      asyncSpec(
        (input, future) => {
          answer(input as Event, future)
        },
        { capacity: 1, outputMode: 'unordered', timeoutMs: 60_000 },
      ),
    ),
  inputs: [INPUT],
  expected: ORDERED,
  overdraft: 6,
})

testOperator('AsyncWaitOperator, by an async function', {
  binding: () =>
    bindingOf(
      asyncSpec(
        async (input) => {
          const [key, n] = input as Event
          await new Promise((resolve) => setImmediate(resolve))
          return n === 5 ? [] : n % 2 === 0 ? [`${key}${n}`, `${key}-${n}`] : `${key}${n}`
        },
        { capacity: 3 },
      ),
    ),
  inputs: [INPUT],
  expected: ORDERED,
  overdraft: 6,
})
