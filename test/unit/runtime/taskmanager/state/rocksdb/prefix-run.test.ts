import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PrefixRun } from '../../../../../../src/runtime/taskmanager/state/rocksdb/prefix-run.js'

function inOrder(run: PrefixRun): string[] {
  return Array.from({ length: run.size }, (_, place) =>
    Buffer.from(run.prefixAt(run.indexAt(place))).toString('latin1'),
  )
}

function runOf(texts: readonly string[]): PrefixRun {
  const run = new PrefixRun()
  for (const [index, text] of texts.entries()) run.add(index, Buffer.from(text, 'latin1'))
  run.sort()
  return run
}

/** Each once, in no order. */
function texts(count: number, textOf: (number: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => textOf((index * 7919) % count))
}

describe('A run of prefixes', () => {
  it('is in the order of their bytes', () => {
    const names = texts(1000, (number) => `a long beginning ${String(number * 991)}`.padEnd(60, '.'))
    for (const some of [
      names,
      texts(4096, (n) => `${String(n).length}k${n}`),
      texts(200, (n) => String.fromCharCode(n)),
    ])
      assert.deepEqual(inOrder(runOf(some)), [...some].sort())
  })

  it('finds the position that came with each prefix', () => {
    const some = texts(500, (number) => String(number).padStart(3, '0'))
    const run = runOf(some)
    const ordered = inOrder(run)
    for (let place = 0; place < 500; place += 1) assert.equal(some[run.positionAt(run.indexAt(place))], ordered[place])
  })

  it('has each once, in whatever order, where they differ in more bits than a number holds', () => {
    const some = texts(3000, (number) => `${'\u00ff\u0000'.repeat(number % 7)}${String(number).repeat(9)}`)
    assert.deepEqual(inOrder(runOf(some)).sort(), [...some].sort())
  })

  it('is full with 4,096 prefixes, or 256 kB of them, and empty when it was cleared', () => {
    const run = new PrefixRun()
    for (let index = 0; index < 4096; index += 1) {
      assert.ok(!run.isFull)
      run.add(index, Uint8Array.of(1))
    }
    assert.ok(run.isFull)
    run.clear()
    assert.ok(!run.isFull)
    run.add(0, new Uint8Array(2 ** 18))
    assert.ok(run.isFull)
    run.sort()
    assert.equal(run.prefixAt(run.indexAt(0)).length, 2 ** 18)
  })
})
