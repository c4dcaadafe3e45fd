/** How far the results of a mode must be those of the case. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { OperatorResults } from './operator-case.js'
import type { OutputElement } from './stream-elements.js'

export interface ActualResults {
  readonly emitted: readonly OutputElement[]
  readonly received: readonly unknown[]
}

export type Comparison = (actual: ActualResults, wanted: OperatorResults) => void

export function exactly({ emitted, received }: ActualResults, wanted: OperatorResults): void {
  assert.deepEqual(emitted, wanted.expected)
  assert.deepEqual(received, wanted.received ?? [])
}

/** Several subtasks: between two watermarks no record comes before another. */
export function withinWatermarks({ emitted, received }: ActualResults, wanted: OperatorResults): void {
  assert.deepEqual(sortedSegments(emitted), sortedSegments(wanted.expected))
  assert.deepEqual(sorted(received), sorted(wanted.received ?? []))
}

/** More watermarks came in than the case gives: those that it does not know of are left out. */
export function betweenGivenWatermarks({ emitted, received }: ActualResults, wanted: OperatorResults): void {
  const known = new Set(wanted.expected.filter(isWatermark).map(({ timestamp }) => timestamp))
  const knownElements = emitted.filter((element) => element.kind !== 'watermark' || known.has(element.timestamp))
  assertForwards(emitted)
  exactly({ emitted: knownElements, received }, wanted)
}

/** All elements but the watermarks, whatever their order; time goes forwards, to the same end. */
export function anyOrder({ emitted, received }: ActualResults, wanted: OperatorResults): void {
  const notWatermarks = (elements: readonly OutputElement[]): OutputElement[] =>
    elements.filter((element) => !isWatermark(element))
  assert.deepEqual(sorted(notWatermarks(emitted)), sorted(notWatermarks(wanted.expected)))
  assert.deepEqual(sorted(received), sorted(wanted.received ?? []))
  assertForwards(emitted)
  assert.deepEqual(emitted.findLast(isWatermark), wanted.expected.findLast(isWatermark))
}

function isWatermark(element: OutputElement): element is OutputElement & { readonly kind: 'watermark' } {
  return element.kind === 'watermark'
}

function assertForwards(elements: readonly OutputElement[]): void {
  const timestamps = elements.filter(isWatermark).map(({ timestamp }) => timestamp)
  assert.deepEqual(
    timestamps,
    timestamps.toSorted((a, b) => (a < b ? -1 : Number(a > b))),
    'watermarks went back',
  )
}

function sortedSegments(elements: readonly OutputElement[]): (OutputElement | string)[] {
  const result: (OutputElement | string)[] = []
  let segment: OutputElement[] = []
  const close = (): void => {
    result.push(...sorted(segment))
    segment = []
  }
  for (const element of elements) {
    if (element.kind === 'record' || element.kind === 'side-record') segment.push(element)
    else {
      close()
      result.push(element)
    }
  }
  close()
  return result
}

function sorted<T>(values: readonly T[]): T[] {
  const keyed = values.map((value) => ({ value, key: inspect(value, { depth: null, sorted: true }) }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ value }) => value)
}
