import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TimeWindow } from '../../../../../src/api/windowing/windows/time-window.js'
import { TumblingEventTimeWindows } from '../../../../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { namespaceColumn, NumbersColumn } from '../../../../../src/runtime/taskmanager/state/namespace-column.js'
import { windowNamespaces } from '../../../../../src/runtime/taskmanager/windowing/window-namespaces.js'

describe('a column of time windows', () => {
  const windows = [0, -10, 7, 1_700_000_000_000].flatMap((start) => [
    new TimeWindow(start, start + 1),
    new TimeWindow(start, start + 10),
  ])

  it('holds each as two numbers, gives it back, and tells it from all others', () => {
    const column = namespaceColumn(windowNamespaces(TumblingEventTimeWindows.of(10)))
    assert.ok(column instanceof NumbersColumn)
    // Far more than it has room for at first.
    for (const [index, window] of windows.entries()) column.set(index * 100, window)
    for (const [index, window] of windows.entries()) {
      const position = index * 100
      assert.ok(window.equals(column.at(position)))
      assert.equal(column.hashAt(position), window.hashCode())
      assert.deepEqual(
        windows.map((other): boolean => column.has(position, other)),
        windows.map((other) => other === window),
      )
    }
  })
})
