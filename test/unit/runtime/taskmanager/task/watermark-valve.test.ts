import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MAX_WATERMARK } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import { WatermarkValve } from '../../../../../src/runtime/taskmanager/task/watermark-valve.js'

function valveOf(channels: number): { valve: WatermarkValve; emitted: (number | string)[] } {
  const emitted: (number | string)[] = []
  const add = (element: number | string): void => {
    emitted.push(element)
  }
  return { valve: new WatermarkValve(channels, add, add), emitted }
}

describe('WatermarkValve', () => {
  it('emits the smallest watermark of all channels, and only when it grows', () => {
    const { valve, emitted } = valveOf(2)
    valve.onWatermark(10, 0)
    valve.onWatermark(5, 1)
    valve.onWatermark(4, 1)
    valve.onWatermark(20, 1)
    assert.deepEqual(emitted, [5, 10])
  })

  it('leaves idle channels out and never goes back when one wakes up behind the others', () => {
    const { valve, emitted } = valveOf(2)
    valve.onWatermark(10, 0)
    valve.onStatus('idle', 1)
    valve.onStatus('active', 1)
    valve.onWatermark(3, 1)
    valve.onWatermark(12, 1)
    valve.onWatermark(15, 0)
    assert.deepEqual(emitted, [10, 12])
  })

  it('is idle when all channels are, and active before the watermark of the first that wakes up', () => {
    const { valve, emitted } = valveOf(2)
    valve.onStatus('idle', 0)
    valve.onStatus('idle', 1)
    valve.onWatermark(7, 1)
    assert.deepEqual(emitted, ['idle', 'active', 7])
  })

  it('lets a channel that ended hold nobody back', () => {
    const { valve, emitted } = valveOf(2)
    valve.onWatermark(8, 0)
    valve.onChannelEnded(1)
    valve.onWatermark(MAX_WATERMARK, 0)
    assert.deepEqual(emitted, [8, MAX_WATERMARK])
  })
})
