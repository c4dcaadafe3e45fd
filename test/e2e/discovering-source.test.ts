/** A source that finds its splits while it runs gives each record once, though it loses its fetcher, is killed and is restored. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { finalLinesOfRestored, PRINT_LAST } from './kill-and-restore.js'

const SPLITS = 9
const RECORDS = 700

/** A split is found every 30 ms and spread over the readers; each record adds to the count and the sum of its split. */
const JOB = `
import { existsSync, writeFileSync } from 'node:fs'
import { RestartStrategies, RichSinkFunction, WatermarkStrategy } from 'flink-ts'
import { RecordsBySplits, SourceReaderBase } from 'flink-ts/connectors/base'

const LOST = new URL('./fetcher-lost', import.meta.url)
class Split {
  constructor (id, next) { this.id = id; this.next = next }
  splitId () { return this.id }
}
class Fetcher {
  splits = new Map()
  async fetch () {
    await new Promise((resolve) => setTimeout(resolve, 5))
    const records = new RecordsBySplits()
    for (const [id, next] of this.splits) {
      const end = Math.min(next + 10, ${String(RECORDS)})
      for (let number = next; number < end; number += 1) records.add(id, [id, number])
      this.splits.set(id, end)
      if (next > 100 && !existsSync(LOST)) {
        writeFileSync(LOST, '')
        throw new Error('the connection was lost')
      }
      if (end < ${String(RECORDS)}) continue
      records.addFinishedSplit(id)
      this.splits.delete(id)
    }
    return records
  }
  addSplits (splits) { for (const { id, next } of splits) this.splits.set(id, next) }
  wakeUp () {}
  close () {}
}
class Reader extends SourceReaderBase {
  constructor (context) {
    const emitRecord = (record, output, state) => {
      output.collect(record)
      state.next = record[1] + 1
    }
    super({ context, splitReader: new Fetcher(), recordEmitter: { emitRecord } })
  }
  initializedState ({ next }) { return { next } }
  toSplitType (id, { next }) { return new Split(id, next) }
  onSplitFinished () {}
}
class Enumerator {
  constructor (context, assigned) { this.context = context; this.assigned = assigned }
  start () {
    this.context.callAsync(async () => this.assigned < ${String(SPLITS)}, (isThere) => this.assign(isThere), { initialDelayMs: 0, periodMs: 30 })
  }
  assign (isThere) {
    const readers = [...this.context.registeredReaders().keys()]
    if (readers.length < this.context.currentParallelism()) return
    if (isThere) {
      this.context.assignSplit(new Split('split' + this.assigned, 0), readers[this.assigned % readers.length])
      this.assigned += 1
    } else for (const reader of readers) this.context.signalNoMoreSplits(reader)
  }
  handleSplitRequest () {}
  addSplitsBack () {}
  addReader () {}
  snapshotState () { return this.assigned }
  close () {}
}
class DiscoveringSource {
  getBoundedness () { return 'CONTINUOUS_UNBOUNDED' }
  createReader (context) { return new Reader(context) }
  createEnumerator (context) { return new Enumerator(context, 0) }
  restoreEnumerator (context, assigned) { return new Enumerator(context, assigned) }
  getSplitSerializer () {
    return {
      getVersion: () => 1,
      serialize: (split) => Buffer.from(JSON.stringify([split.id, split.next])),
      deserialize: (version, bytes) => new Split(...JSON.parse(Buffer.from(bytes).toString())),
    }
  }
}
${PRINT_LAST}
export default function (env) {
  env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, 10))
  env
    .fromSource(new DiscoveringSource(), WatermarkStrategy.noWatermarks(), 'splits')
    .uid('splits')
    .map(([split, number]) => [split, 1, number])
    .keyBy(([split]) => split)
    .reduce(([split, count, sum], [, one, number]) => [split, count + one, sum + number])
    .uid('totals')
    .addSink(new PrintLast())
}
`

describe('a source that discovers splits', () => {
  it('loses no record and gives none twice, after a lost fetcher, a kill and a restore with another parallelism', async () => {
    const sum = (RECORDS * (RECORDS - 1)) / 2
    const expected = Array.from({ length: SPLITS }, (_, index) => {
      return `FINAL split${String(index)} ${String(RECORDS)} ${String(sum)}`
    })
    assert.deepEqual(await finalLinesOfRestored(JOB), expected)
  })
})
