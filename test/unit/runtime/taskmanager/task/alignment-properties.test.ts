import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { AlignmentHarness } from './alignment-harness.js'

const CHECKPOINTS = 4

type Event = 'barrier' | 'cancel' | 'skip'

/** What a channel carries for each checkpoint, with some records before; a last few records; then its end. */
interface Script {
  readonly steps: readonly { readonly records: number; readonly event: Event }[]
  readonly tail: number
}

const event = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Event>('barrier') },
  { weight: 1, arbitrary: fc.constant<Event>('cancel') },
  { weight: 1, arbitrary: fc.constant<Event>('skip') },
)
const records = fc.integer({ min: 0, max: 3 })
const step = fc.record({ records, event })
const script = (steps: fc.Arbitrary<Script['steps'][number]>): fc.Arbitrary<Script> =>
  fc.record({ steps: fc.array(steps, { maxLength: CHECKPOINTS }), tail: records })
const channels = (of: fc.Arbitrary<Script>): fc.Arbitrary<Script[]> => fc.array(of, { minLength: 1, maxLength: 4 })
/** Which channel writes its next element; a number above all of them lets the task read once. */
const schedule = fc.array(fc.nat({ max: 7 }), { maxLength: 80 })

type Element =
  | { readonly kind: 'record'; readonly value: string }
  | { readonly kind: 'barrier' | 'cancel'; readonly checkpointId: number }
  | { readonly kind: 'end' }

function elementsOf({ steps, tail }: Script, channel: number): Element[] {
  let next = 0
  const some = (count: number): Element[] =>
    Array.from({ length: count }, () => {
      next += 1
      return { kind: 'record', value: `${String(channel)}:${String(next)}` }
    })
  const elements = steps.flatMap(({ records: count, event: kind }, index): Element[] => [
    ...some(count),
    ...(kind === 'skip' ? [] : [{ kind, checkpointId: index + 1 } as const]),
  ])
  return [...elements, ...some(tail), { kind: 'end' }]
}

/** Records before the barrier, or all when the channel ends without one; undefined when it goes past the checkpoint. */
function recordsBefore(elements: readonly Element[], checkpointId: number): string[] | undefined {
  const before: string[] = []
  for (const element of elements) {
    if (element.kind === 'record') before.push(element.value)
    else if (element.kind === 'end') return before
    else if (element.checkpointId === checkpointId && element.kind === 'barrier') return before
    else if (element.checkpointId >= checkpointId) return undefined
  }
  return before
}

/** Content of the snapshot of a checkpoint, when it can be taken. */
function expectedSnapshot(inputs: readonly (readonly Element[])[], checkpointId: number): string[] | undefined {
  const isBarrier = (element: Element): boolean => element.kind === 'barrier' && element.checkpointId === checkpointId
  if (!inputs.some((elements) => elements.some(isBarrier))) return undefined
  const parts = inputs.map((elements) => recordsBefore(elements, checkpointId))
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []).sort()
}

function play(harness: AlignmentHarness, inputs: readonly (readonly Element[])[], turns: readonly number[]): void {
  const queues = inputs.map((elements) => [...elements])
  const write = (channel: number): void => {
    const element = queues[channel]?.shift()
    if (element === undefined) return
    if (element.kind === 'record') harness.write(channel, element.value)
    else if (element.kind === 'end') harness.end(channel)
    else harness[element.kind](channel, element.checkpointId)
  }
  for (const turn of turns) {
    if (turn < inputs.length) write(turn)
    else harness.pollOnce()
  }
  for (const [channel, queue] of queues.entries()) while (queue.length > 0) write(channel)
  harness.poll()
}

function checkReports(harness: AlignmentHarness): void {
  const reported = harness.outcomes.map((outcome) => outcome.split(' ')[1])
  assert.equal(new Set(reported).size, reported.length, `reported twice: ${harness.outcomes.join(', ')}`)
  assert.ok(harness.gate.allEnded, 'a channel stayed blocked')
}

describe('Alignment, for any interleaving of records, barriers and reads', () => {
  it('puts exactly the records before the barriers into the snapshot', () => {
    fc.assert(
      fc.property(channels(script(step)), schedule, (scripts, turns) => {
        const harness = new AlignmentHarness(scripts.length)
        const inputs = scripts.map(elementsOf)
        play(harness, inputs, turns)
        checkReports(harness)
        for (let checkpointId = 1; checkpointId <= CHECKPOINTS; checkpointId += 1) {
          const snapshot = harness.snapshots.get(checkpointId)?.toSorted()
          assert.deepEqual(snapshot, expectedSnapshot(inputs, checkpointId), `checkpoint ${String(checkpointId)}`)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('at least once: puts at least those into it, or says that it declined the checkpoint', () => {
    fc.assert(
      fc.property(channels(script(step)), schedule, (scripts, turns) => {
        const harness = new AlignmentHarness(scripts.length, 'AT_LEAST_ONCE')
        const inputs = scripts.map(elementsOf)
        play(harness, inputs, turns)
        checkReports(harness)
        for (let checkpointId = 1; checkpointId <= CHECKPOINTS; checkpointId += 1) {
          const expected = expectedSnapshot(inputs, checkpointId)
          if (expected === undefined) continue
          const snapshot = harness.snapshots.get(checkpointId)
          if (snapshot === undefined) assert.ok(harness.outcomes.includes(`aborted ${String(checkpointId)}`))
          else for (const value of expected) assert.ok(snapshot.includes(value), `${value} in ${String(checkpointId)}`)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('at least once: takes every checkpoint that nobody aborts', () => {
    const barriers = fc.record({ records, event: fc.constant<Event>('barrier') })
    fc.assert(
      fc.property(channels(script(barriers)), schedule, (scripts, turns) => {
        const harness = new AlignmentHarness(scripts.length, 'AT_LEAST_ONCE')
        play(harness, scripts.map(elementsOf), turns)
        const newest = Math.max(...scripts.map(({ steps }) => steps.length))
        assert.deepEqual([...harness.snapshots.keys()], [1, 2, 3, 4].slice(0, newest))
      }),
    )
  })

  it('loses no record, doubles none and keeps the order of every channel', () => {
    fc.assert(
      fc.property(channels(script(step)), schedule, (scripts, turns) => {
        const harness = new AlignmentHarness(scripts.length)
        const inputs = scripts.map(elementsOf)
        play(harness, inputs, turns)
        for (const [channel, elements] of inputs.entries()) {
          const written = elements.flatMap((element) => (element.kind === 'record' ? [element.value] : []))
          const read = harness.processed.filter((value) => value.startsWith(`${String(channel)}:`))
          assert.deepEqual(read, written)
        }
      }),
    )
  })
})
