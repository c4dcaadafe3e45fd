/**
 * Text of a job module: the class `Slow`, a map that takes its time from the value `slowFrom` on, and fails once at the value
 * `failAt`, for which it leaves the file `marker`.
 */
export function slowMap(slowFrom: number): string {
  return `
import { existsSync, writeFileSync } from 'node:fs'
import { RichMapFunction } from 'flink-ts'

class Slow extends RichMapFunction {
  constructor (failAt, marker) { super(); Object.assign(this, { failAt, marker, seen: 0 }) }
  map (value) {
    this.seen += 1
    if (value === this.failAt && !existsSync(this.marker)) {
      writeFileSync(this.marker, '')
      throw new Error('planned failure')
    }
    if (value >= ${String(slowFrom)} && this.seen % 10 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    return value
  }
}
`
}
