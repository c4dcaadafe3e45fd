/** One call of a function emits far more than any channel holds, while its receivers take their time. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** Emits `count` records of 100 bytes in one call: to a sink in its own chain, and to one in this and in another worker. */
function jobOf(count: number): string {
  return `
const COUNT = ${String(count)}

class Slow {
  constructor (name, step) { Object.assign(this, { name, step, next: undefined, seen: 0 }) }
  invoke ({ n }) {
    this.next ??= n
    if (n !== this.next) throw new Error('record ' + n + ' came for ' + this.next)
    this.next += this.step
    this.seen += 1
    if (this.next >= COUNT) console.log(this.name, 'has seen', this.seen)
    if (this.seen === 1) return new Promise((resolve) => setTimeout(resolve, 1000))
    return this.name === 'chained' ? Promise.resolve() : undefined
  }
}

export default function (env) {
  const text = 'x'.repeat(90)
  const many = env.fromCollection([1]).uid('one').flatMap((_, out) => {
    const before = process.memoryUsage()
    for (let n = 0; n < COUNT; n += 1) out.collect({ n, text })
    const { heapUsed, external } = process.memoryUsage()
    console.log('memory', Math.round((heapUsed - before.heapUsed + external - before.external) / 2 ** 20))
  })
  many.addSink(new Slow('chained', 1)).uid('chained')
  many.rebalance().addSink(new Slow('exchanged', 2)).uid('exchanged').setParallelism(2)
}
`
}

describe('A function that emits a million records in one call', () => {
  const workspaces: Workspace[] = []

  function createWorkspace(temporary: string, configuration: Readonly<Record<string, string>> = {}): Workspace {
    const workspace = new Workspace({ 'io.tmp.dirs': temporary, ...configuration })
    workspaces.push(workspace)
    return workspace
  }

  after(() => {
    for (const workspace of workspaces) workspace.remove()
  })

  it('loses none of them, in order, within the memory of its worker', async () => {
    const temporary = path.join(createWorkspace('').path, 'temporary')
    mkdirSync(temporary)
    const workspace = createWorkspace(temporary, { 'taskmanager.memory.task.heap.size': '64m' })
    const result = await workspace.run('run', workspace.file('job.mjs', jobOf(1_000_000)))
    assert.equal(result.exitCode, 0, result.stderr + result.stdout)
    assert.match(result.stdout, /chained has seen 1000000/)
    assert.equal(result.stdout.match(/exchanged has seen 500000/g)?.length, 2)
    // 16 MB wait in memory; the rest is what the collector has not been to yet. The records are 200 MB.
    const growth = Number(/memory (-?\d+)/.exec(result.stdout)?.[1])
    assert.ok(growth < 64, `${String(growth)} MB more`)
    assert.deepEqual(readdirSync(temporary), [])
  })

  it('fails with the directory and what to set where the records that wait cannot be written', async () => {
    const workspace = createWorkspace('/nowhere/at all')
    const result = await workspace.run('run', workspace.file('job.mjs', jobOf(300_000)))
    assert.equal(result.exitCode, 1)
    assert.match(result.stderr, /TEMPORARY_FILE_FAILED.*cannot be opened: \/nowhere\/at all\/.*set io\.tmp\.dirs/)
  })
})
