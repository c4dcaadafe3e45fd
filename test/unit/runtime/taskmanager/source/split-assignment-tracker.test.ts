import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SplitAssignmentTracker } from '../../../../../src/runtime/taskmanager/source/split-assignment-tracker.js'
import { rounds } from '../../../../runner/rounds.js'
import { PlayedSplit } from './played-source.js'

function splitOf(name: string): PlayedSplit {
  return new PlayedSplit(name, [])
}

function namesOf(splits: readonly { splitId(): string }[]): string[] {
  return splits.map((split) => split.splitId())
}

describe('The splits that a reader was assigned', () => {
  it('come back from after the checkpoint that it goes back to, in their order, and once', () => {
    const tracker = new SplitAssignmentTracker()
    tracker.assigned(0, [splitOf('a')])
    tracker.snapshotTaken(1)
    tracker.assigned(0, [splitOf('b'), splitOf('c')])
    tracker.assigned(1, [splitOf('d')])
    tracker.snapshotTaken(2)
    tracker.assigned(0, [splitOf('e')])
    tracker.checkpointCompleted(1)
    assert.deepEqual(namesOf(tracker.takeBack(0, 1)), ['b', 'c', 'e'])
    assert.deepEqual(tracker.takeBack(0, 1), [])
    tracker.checkpointCompleted(2)
    assert.deepEqual(tracker.takeBack(1, 2), [])
  })

  it('come back all where it goes back to where the job began', () => {
    const tracker = new SplitAssignmentTracker()
    tracker.assigned(0, [splitOf('a')])
    tracker.snapshotTaken(1)
    tracker.assigned(0, [splitOf('b')])
    assert.deepEqual(namesOf(tracker.takeBack(0, undefined)), ['a', 'b'])
  })

  it('are of the last snapshot that is taken for a checkpoint', () => {
    const tracker = new SplitAssignmentTracker()
    tracker.assigned(0, [splitOf('a')])
    tracker.snapshotTaken(1)
    tracker.assigned(0, [splitOf('b')])
    tracker.snapshotTaken(1)
    assert.deepEqual(tracker.takeBack(0, 1), [])
  })

  it('are not known any more before the newest checkpoint: nobody goes back alone to an older one', () => {
    const tracker = new SplitAssignmentTracker()
    tracker.snapshotTaken(4)
    tracker.checkpointCompleted(4)
    assert.throws(() => tracker.takeBack(2, 3), /subtask 2 went back alone to checkpoint 3, older than 4/)
    assert.throws(() => tracker.takeBack(2, undefined), /older than 4/)
  })

  it('are with one reader, come back, or in a checkpoint of it, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('assign' as const), subtask: fc.nat(2) }),
      fc.record({ kind: fc.constantFrom('snapshot' as const, 'complete' as const), subtask: fc.constant(0) }),
      fc.record({ kind: fc.constant('back' as const), subtask: fc.nat(2) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tracker = new SplitAssignmentTracker()
        /** By reader: what it has now, and what it had in each checkpoint. */
        let readers: string[][] = [[], [], []]
        const taken = new Map<number, string[][]>()
        let [checkpoint, completed, split] = [0, 0, 0]
        for (const { kind, subtask } of steps) {
          if (kind === 'assign') {
            split += 1
            tracker.assigned(subtask, [splitOf(String(split))])
            readers[subtask]?.push(String(split))
          } else if (kind === 'snapshot') {
            checkpoint += 1
            tracker.snapshotTaken(checkpoint)
            taken.set(checkpoint, structuredClone(readers))
          } else if (kind === 'complete' && checkpoint > completed && taken.has(checkpoint)) {
            completed = checkpoint
            tracker.checkpointCompleted(completed)
          } else if (kind === 'back') {
            const back = namesOf(tracker.takeBack(subtask, completed === 0 ? undefined : completed))
            const kept = taken.get(completed)?.[subtask] ?? []
            assert.deepEqual([...kept, ...back], readers[subtask])
            readers = readers.map((own, index) => (index === subtask ? [...kept] : own))
            // A later snapshot that is not complete had what it has lost: the next one has what it has then.
            for (const id of taken.keys()) if (id > completed) taken.delete(id)
            checkpoint = Math.max(checkpoint, completed) + 1
          }
        }
      }),
      { numRuns: rounds(200) },
    )
  })
})
