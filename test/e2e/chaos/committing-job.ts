/**
 * A job whose output counts when it is committed: its sink keeps lines in a checkpoint, and puts them into a file with a name of
 * that checkpoint when it is told that it is complete. A second process that did the same would be seen by its files.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const KEYS = 13

export const COMMITTING_JOB = `
import { KeyedProcessFunction, ListStateDescriptor, RichMapFunction, RichSinkFunction, ValueStateDescriptor } from 'flink-ts'
import fs from 'node:fs'
import path from 'node:path'

/** A record a ms; with a file as long as that is there. */
class Slow extends RichMapFunction {
  constructor (file) { super(); this.file = file }
  map (value) { if (this.file === null || fs.existsSync(this.file)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); return value }
}

class Count extends KeyedProcessFunction {
  open () { this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count')) }
  processElement (value, ctx, out) {
    const count = (this.count.value() ?? 0) + 1
    this.count.update(count)
    out.collect(value + ' ' + count)
  }
}

class Committing extends RichSinkFunction {
  constructor (directory) { super(); this.directory = directory; this.lines = []; this.pending = [] }
  initializeState (context) {
    this.state = context.getOperatorStateStore().getListState(new ListStateDescriptor('pending'))
    // Of a checkpoint that is complete: whether the process before came to it nobody knows.
    for (const pending of this.state.get()) this.commit(pending)
  }
  invoke (line) { this.lines.push(line) }
  snapshotState (context) {
    const id = context.getCheckpointId()
    const name = id + '-' + this.getRuntimeContext().getIndexOfThisSubtask()
    this.pending.push({ id, name, lines: this.lines })
    this.lines = []
    this.state.update(this.pending)
  }
  notifyCheckpointComplete (id) {
    for (const pending of this.pending.filter((each) => each.id <= id)) this.commit(pending)
    this.pending = this.pending.filter((each) => each.id > id)
  }
  commit ({ name, lines }) {
    const text = lines.map((line) => line + '\\n').join('')
    const file = path.join(this.directory, name)
    const own = file + '.' + process.pid + '.part'
    fs.writeFileSync(own, text)
    try { fs.linkSync(own, file) } catch (error) {
      if (fs.readFileSync(file, 'utf8') !== text) fs.writeFileSync(path.join(this.directory, 'CONFLICT-' + name + '-' + process.pid), text)
    }
    fs.unlinkSync(own)
  }
}

export default function (env, params) {
  env.fromSequence(1, params.getInt('records')).uid('numbers').setParallelism(1)
    .map(new Slow(params.get('slow', null))).uid('slow').setParallelism(1)
    .keyBy((value) => value % ${String(KEYS)}).process(new Count()).uid('count')
    .addSink(new Committing(params.get('output'))).uid('committing')
}
`

/**
 * What was committed: each number, and each count of a key, sorted. Throws where two processes committed different lines under one name.
 */
export function committedLines(directory: string): string[] {
  const names = readdirSync(directory)
  const conflicts = names.filter((name) => name.startsWith('CONFLICT'))
  if (conflicts.length > 0) throw new Error(`two processes committed for the same checkpoint: ${conflicts.join(', ')}`)
  const lines = names
    .filter((name) => /^\d+-\d+$/.test(name))
    .flatMap((name) => readFileSync(path.join(directory, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
  return lines.flatMap((line) => numberAndCount(line.split(' ').map(Number))).sort()
}

/** What a run commits that nobody disturbs. */
export function expectedLines(records: number): string[] {
  const numbers = Array.from({ length: records }, (_, index) => index + 1)
  return numbers.flatMap((number) => numberAndCount([number, Math.ceil(number / KEYS)])).sort()
}

function numberAndCount([number = 0, count = 0]: readonly number[]): string[] {
  return [`number ${String(number)}`, `key ${String(number % KEYS)} ${String(count)}`]
}
