import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AlignmentHarness } from './alignment-harness.js'

describe('Aligned barriers', () => {
  it('of a single channel are checkpoints at once', () => {
    const gate = new AlignmentHarness(1)
    gate.write(0, 'a').barrier(0, 1).write(0, 'b').barrier(0, 2).poll()
    assert.deepEqual(gate.outcomes, ['taken 1', 'taken 2'])
    assert.deepEqual(gate.snapshots.get(1), ['a'])
    assert.deepEqual(gate.snapshots.get(2), ['a', 'b'])
  })

  it('block the channels they came on until the last has come', () => {
    const gate = new AlignmentHarness(3)
    gate.barrier(0, 1).write(0, 'after 0').write(1, 'b').barrier(1, 1).write(1, 'after 1').write(2, 'c').poll()
    assert.deepEqual(gate.processed.toSorted(), ['b', 'c'])
    assert.deepEqual(gate.outcomes, [])
    gate.write(2, 'd').barrier(2, 1).poll()
    assert.deepEqual(gate.snapshots.get(1)?.toSorted(), ['b', 'c', 'd'])
    assert.deepEqual(gate.processed.toSorted(), ['after 0', 'after 1', 'b', 'c', 'd'])
  })

  it('may have the next barrier right after them on every channel', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 1).barrier(0, 2).write(0, 'z').barrier(1, 1).write(1, 'a').barrier(1, 2).poll()
    assert.deepEqual(gate.outcomes, ['taken 1', 'taken 2'])
    assert.deepEqual(gate.snapshots.get(2), ['a'])
  })

  it('tell how long the first had to wait for the last', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 1).poll()
    gate.clock.advance(75)
    gate.barrier(1, 1).poll()
    assert.deepEqual(gate.alignmentsMs, [75])
  })

  it('are not waited for on a channel that has ended', () => {
    const gate = new AlignmentHarness(2)
    gate.write(0, 'a').end(0).write(1, 'b').barrier(1, 1).poll()
    assert.deepEqual(gate.outcomes, ['taken 1'])
    assert.deepEqual(gate.snapshots.get(1)?.toSorted(), ['a', 'b'])
  })

  it('are complete when the channel that was awaited ends during the alignment', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 1).write(0, 'after').write(1, 'b').poll()
    gate.write(1, 'last').end(1).poll()
    assert.deepEqual(gate.snapshots.get(1), ['b', 'last'])
    assert.equal(gate.processed.at(-1), 'after')
  })

  it('of a newer checkpoint give the older one up and let its channels go on to theirs', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 1).write(0, 'between').barrier(0, 2).write(0, 'after').poll()
    assert.deepEqual(gate.processed, [])
    gate.barrier(1, 2).poll()
    assert.deepEqual(gate.outcomes, ['aborted 1', 'taken 2'])
    assert.deepEqual(gate.snapshots.get(2), ['between'])
  })

  it('of an older checkpoint that come after a newer one are ignored and block nothing', () => {
    const gate = new AlignmentHarness(3)
    gate.barrier(0, 2).write(0, 'after 2').poll()
    gate.barrier(1, 1).write(1, 'b').barrier(1, 2).barrier(2, 1).write(2, 'c').barrier(2, 2).poll()
    assert.deepEqual(gate.outcomes, ['taken 2'])
    assert.deepEqual(gate.snapshots.get(2)?.toSorted(), ['b', 'c'])
  })

  it('stay aligned when the coordinator aborts a checkpoint that they had aborted already', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 2).write(0, 'after').barrier(1, 1).poll()
    gate.barriers.onAborted(1)
    gate.poll()
    assert.deepEqual(gate.processed, [])
    gate.write(1, 'b').barrier(1, 2).poll()
    assert.deepEqual(gate.snapshots.get(2), ['b'])
  })

  it('that come again or late mean nothing', () => {
    const gate = new AlignmentHarness(1)
    gate.barrier(0, 2).barrier(0, 2).barrier(0, 1).write(0, 'a').poll()
    assert.deepEqual(gate.outcomes, ['taken 2'])
    assert.deepEqual(gate.processed, ['a'])
  })
})

describe('A checkpoint that was aborted upstream', () => {
  it('during the alignment is aborted here, and the blocked channels go on', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 1).write(0, 'a').poll()
    gate.cancel(1, 1).poll()
    assert.deepEqual(gate.outcomes, ['aborted 1'])
    assert.deepEqual(gate.processed, ['a'])
  })

  it('before any barrier came is aborted once; its barriers mean nothing then', () => {
    const gate = new AlignmentHarness(3)
    gate.cancel(0, 1).cancel(1, 1).barrier(2, 1).write(2, 'c').poll()
    assert.deepEqual(gate.outcomes, ['aborted 1'])
    assert.deepEqual(gate.processed, ['c'])
  })

  it('gives an older one up that was still being aligned', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 1).write(0, 'a').poll()
    gate.cancel(1, 2).poll()
    assert.deepEqual(gate.outcomes, ['aborted 1', 'aborted 2'])
    assert.deepEqual(gate.processed, ['a'])
    gate.barrier(0, 3).barrier(1, 3).poll()
    assert.deepEqual(gate.outcomes.at(-1), 'taken 3')
  })

  it('does not open the channels that a newer one blocks', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 2).write(0, 'after').poll()
    gate.cancel(1, 1).poll()
    assert.deepEqual(gate.processed, [])
    gate.write(1, 'b').barrier(1, 2).poll()
    assert.deepEqual(gate.snapshots.get(2), ['b'])
    assert.deepEqual(gate.processed, ['b', 'after'])
  })

  it('does not disturb the ones after it', () => {
    const gate = new AlignmentHarness(2)
    gate.cancel(0, 1).barrier(0, 2).write(0, 'after').barrier(1, 1).write(1, 'b').barrier(1, 2).poll()
    assert.deepEqual(gate.outcomes, ['aborted 1', 'taken 2'])
    assert.deepEqual(gate.snapshots.get(2), ['b'])
  })
})

describe('A checkpoint that the coordinator aborted', () => {
  it('during the alignment opens its channels, and those downstream are told; its late barriers mean nothing', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 1).write(0, 'a').poll()
    gate.barriers.onAborted(1)
    gate.poll()
    assert.deepEqual(gate.processed, ['a'])
    gate.barrier(1, 1).write(1, 'b').poll()
    assert.deepEqual(gate.outcomes, ['abandoned 1'])
    assert.deepEqual(gate.processed, ['a', 'b'])
  })

  it('before any barrier came ends with the word of all channels, and those downstream get one', () => {
    const gate = new AlignmentHarness(3)
    gate.barriers.onAborted(1)
    gate.barrier(0, 1).write(0, 'a').poll()
    assert.deepEqual(gate.processed, [])
    // One that took part, one that had abandoned it.
    gate.barrier(1, 1).cancel(2, 1).poll()
    assert.deepEqual(gate.processed, ['a'])
    assert.deepEqual(gate.outcomes, ['aborted 1'])
  })

  it('after it was taken here changes nothing for the next', () => {
    const gate = new AlignmentHarness(2)
    gate.barrier(0, 1).barrier(1, 1).barrier(0, 2).write(0, 'after').poll()
    gate.barriers.onAborted(1)
    gate.poll()
    assert.deepEqual(gate.processed, [])
    gate.barrier(1, 2).poll()
    assert.deepEqual(gate.outcomes, ['taken 1', 'taken 2'])
  })
})

describe('At least once', () => {
  it('blocks no channel: what comes after a barrier is in the snapshot as well', () => {
    const gate = new AlignmentHarness(2, 'AT_LEAST_ONCE')
    gate.write(0, 'a').barrier(0, 1).write(0, 'after').poll()
    assert.deepEqual(gate.processed, ['a', 'after'])
    gate.write(1, 'b').barrier(1, 1).poll()
    assert.deepEqual(gate.outcomes, ['taken 1'])
    assert.deepEqual(gate.snapshots.get(1), ['a', 'after', 'b'])
  })

  it('has several checkpoints pending at a time', () => {
    const gate = new AlignmentHarness(2, 'AT_LEAST_ONCE')
    gate.barrier(0, 1).barrier(0, 2).barrier(0, 3).poll()
    assert.deepEqual(gate.outcomes, [])
    gate.barrier(1, 1).barrier(1, 2).barrier(1, 3).poll()
    assert.deepEqual(gate.outcomes, ['taken 1', 'taken 2', 'taken 3'])
  })

  it('aborts those that a newer one overtook', () => {
    const gate = new AlignmentHarness(2, 'AT_LEAST_ONCE')
    gate.barrier(0, 1).barrier(0, 2).barrier(1, 2).poll()
    assert.deepEqual(gate.outcomes, ['aborted 1', 'taken 2'])
  })

  it('aborts what was aborted upstream and completes the next', () => {
    const gate = new AlignmentHarness(2, 'AT_LEAST_ONCE')
    gate.barrier(0, 1).barrier(0, 2).cancel(1, 1).barrier(1, 2).poll()
    assert.deepEqual(gate.outcomes, ['aborted 1', 'taken 2'])
  })

  it('completes them in their order when a channel ends, though the newer barrier came first', () => {
    const gate = new AlignmentHarness(3, 'AT_LEAST_ONCE')
    gate.barrier(0, 2).poll()
    gate.barrier(1, 1).barrier(1, 2).end(0).poll()
    gate.end(2).poll()
    assert.deepEqual(gate.outcomes, ['taken 1', 'taken 2'])
  })

  it('completes all pending ones when the awaited channel ends', () => {
    const gate = new AlignmentHarness(2, 'AT_LEAST_ONCE')
    gate.barrier(0, 1).barrier(0, 2).poll()
    gate.end(1).poll()
    assert.deepEqual(gate.outcomes, ['taken 1', 'taken 2'])
  })
})
