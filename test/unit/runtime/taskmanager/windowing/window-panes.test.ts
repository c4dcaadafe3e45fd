import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContentsFold } from '../../../../../src/runtime/taskmanager/windowing/contents-fold.js'
import { WindowPanes } from '../../../../../src/runtime/taskmanager/windowing/window-panes.js'

const sums: ContentsFold = {
  add: (held, value) => Number(held ?? 0) + Number(value),
  merge: (first, second) => Number(first) + Number(second),
  result: (held) => held,
  copy: (held) => held,
}

test('a late record counts in windows that fire again, also where a snapshot was taken since they fired', () => {
  const panes = new WindowPanes()
  for (const start of [0, 10, 20]) panes.add(start, 1, sums)
  assert.equal(panes.combine(0, 30, sums)?.held, 3)
  const copy = panes.copy()
  copy.add(10, 5, sums)
  assert.equal(copy.combine(0, 30, sums)?.held, 8)
  assert.equal(panes.combine(0, 30, sums)?.held, 3)
})
