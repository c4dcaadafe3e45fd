import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GroupAlignment } from '../../../../../src/runtime/taskmanager/source/group-alignment.js'
import { SplitAlignment } from '../../../../../src/runtime/taskmanager/source/split-alignment.js'
import { PendingTime } from '../../../../../src/runtime/taskmanager/eventtime/pending-time.js'
import { WatermarkEmitter } from '../../../../../src/runtime/taskmanager/eventtime/watermark-emitter.js'

interface SplitTime {
  readonly watermark: number
  readonly isIdle: boolean
}

function splitAlignment(splits: ReadonlyMap<string, SplitTime>): { alignment: SplitAlignment; calls: string[] } {
  const calls: string[] = []
  const output = { emitWatermark: () => true, emitWatermarkStatus: () => undefined }
  const emitter = new WatermarkEmitter(output, new PendingTime(() => undefined))
  const alignment = new SplitAlignment({
    outputs: () => ({ emitter, splits }),
    pauseOrResume: (pause, resume) => calls.push(`pause ${pause.join()} resume ${resume.join()}`),
    report: () => undefined,
  })
  return { alignment, calls }
}

describe('Splits in an alignment', () => {
  it('go on while they are just as far as is allowed', () => {
    const splits = new Map<string, SplitTime>([['a', { watermark: 5, isIdle: false }]])
    const { alignment, calls } = splitAlignment(splits)
    alignment.setMaxWatermark(5)
    alignment.onSplitWatermark('a', 5)
    assert.deepEqual(calls, [])
    alignment.onSplitWatermark('a', 6)
    assert.deepEqual(calls, ['pause a resume '])
  })

  it('are forgotten when they have gone: one of the same name begins without a pause', () => {
    const splits = new Map<string, SplitTime>([['a', { watermark: 9, isIdle: false }]])
    const { alignment, calls } = splitAlignment(splits)
    alignment.setMaxWatermark(5)
    splits.delete('a')
    alignment.setMaxWatermark(5)
    assert.deepEqual([...alignment.pausedSplits], [])
    splits.set('a', { watermark: 9, isIdle: false })
    alignment.setMaxWatermark(5)
    assert.deepEqual(calls, ['pause a resume ', 'pause a resume '])
  })
})

describe('A source in an alignment group', () => {
  it('tells the others its smallest time when that has changed, and only then', () => {
    const told: number[] = []
    const group = new GroupAlignment({
      alignment: { group: 'g', maxDriftMs: 10, updateIntervalMs: 100 },
      tellOthers: ({ watermarkMs }) => told.push(watermarkMs),
      announce: () => undefined,
    })
    group.reported(0, 5)
    group.reported(1, 7)
    group.reported(1, 8)
    group.reported(0, 6)
    assert.deepEqual(told, [5, 6])
  })
})
