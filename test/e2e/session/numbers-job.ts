/** A source that counts until it is ended, and goes on where it was from a checkpoint; for programs of sessions. */
export const NUMBERS = `
import { RichSourceFunction } from 'flink-ts'

class Numbers extends RichSourceFunction {
  constructor () { super(); this.next = 0 }
  async * run () {
    for (;;) {
      yield this.next
      this.next += 1
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}
`

/** Prints them. */
export const NUMBERS_JOB = `${NUMBERS}
export default function (env, params) {
  env.addSource(new Numbers()).uid('numbers').map((value) => value).uid('map').print()
}
`
