import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MarkWatch } from './marks.js'

describe('a mark', () => {
  it('is reached by a line of its kind', () => {
    const marks = new MarkWatch()
    marks.look(['1.0 run 0: ignored a late acknowledgement checkpointId=3'])
    assert.equal(marks.count('an acknowledgement is late'), 1)
    assert.ok(!marks.missed('counted').includes('an acknowledgement is late'))
    assert.ok(marks.missed('counted').includes('a sink rejects'))
  })

  it('that belongs to a time counts only in it', () => {
    const rename = '2.0 run 0: disk: rename /checkpoints/a/chk-1/_metadata.part'
    const marks = new MarkWatch()
    marks.look([rename, '3.0 run 0: job simulated job (a) is RESTARTING', rename])
    marks.look([
      '4.0 run 0: job simulated job (a) is RESTARTING',
      '5.0 run 0: job simulated job (a) is RUNNING',
      rename,
    ])
    assert.equal(marks.count('metadata are renamed into place during a restart'), 1)
  })

  it('of a step at which a process is killed is missed by such jobs alone, and counts where the step was passed', () => {
    const marks = new MarkWatch()
    const name = 'a process is killed before a decline-checkpoint'
    assert.ok(marks.missed('struck').includes(name))
    assert.ok(!marks.missed('counted').includes(name))
    marks.look([
      '1.0 FAULT the job process is killed, and the disk loses what was not synced',
      '2.0 FAULT worker-dies: run 0 worker 0.0, before a decline-checkpoint',
    ])
    assert.equal(marks.count(name), 1)
    assert.ok(!marks.missed('struck').includes(name))
  })

  it('of an end that jobs of a kind do not draw is not missed by them', () => {
    const marks = new MarkWatch()
    assert.ok(marks.missed('counted').includes('a cancellation during a restart'))
    assert.ok(!marks.missed('struck').includes('a cancellation during a restart'))
  })
})
