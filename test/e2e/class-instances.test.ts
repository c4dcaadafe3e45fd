/** Class instances cross real worker threads and survive in checkpointed state. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'

const CLASSES = `
class Reading {
  constructor(sensor, value) { this.sensor = sensor; this.value = value }
  doubled() { return this.value * 2 }
}
class Money {
  #cents
  constructor(cents) { this.#cents = cents }
  get cents() { return this.#cents }
}
const readings = Array.from({ length: 200 }, (_, i) => new Reading('s' + (i % 7), i))
`

/** Says how many runs of main came before: 0 in the program worker, then one a task worker. */
const RUN_OF_MAIN = `
function runOfMain() {
  for (let run = 0; ; run += 1) {
    try { mkdirSync('run-' + run); return run } catch {}
  }
}
`

function job(body: string): string {
  return `import { mkdirSync } from 'node:fs'
import { OutputTag, ProcessFunction, StreamExecutionEnvironment, Types } from 'flink-ts'
${CLASSES}${RUN_OF_MAIN}
export default function main(env) {
  env.setParallelism(2)
${body}
}
`
}

async function run(body: string): Promise<{ lines: string[]; exitCode: number | null; stderr: string }> {
  const workspace = new Workspace()
  const { stdout, stderr, exitCode } = await workspace.run('run', workspace.file('job.mjs', job(body)))
  workspace.remove()
  return { lines: stdout.split('\n').filter((line) => /^\d+>/.test(line)), exitCode, stderr }
}

describe('Instances of a class', () => {
  it('cross an exchange where the type of the source and of an operator is declared', async () => {
    const { lines, exitCode, stderr } = await run(`
  const type = Types.POJO(Reading, { sensor: Types.STRING, value: Types.LONG })
  env.addSource(function* () { yield* readings }, 'readings', type)
    .keyBy((r) => r.sensor)
    .map((r) => new Reading(r.sensor + '!', r.doubled())).returns(type)
    .rebalance()
    .map((r) => r instanceof Reading && r.doubled())
    .print()`)
    assert.equal(exitCode, 0, stderr)
    const sum = lines.reduce((total, line) => total + Number(line.split(' ')[1]), 0)
    assert.equal(lines.length, 200)
    assert.equal(sum, 4 * ((199 * 200) / 2))
  })

  it('cross exchanges, side outputs and keyed state where the class is registered', async () => {
    const { lines, exitCode, stderr } = await run(`
  env.enableCheckpointing(50)
  env.getConfig().registerType(Reading).registerType(Money, {
    toPlain: (money) => money.cents,
    fromPlain: (cents) => new Money(cents),
  })
  const odd = new OutputTag('odd', Types.TUPLE(Types.POJO(Reading), Types.GENERIC()))
  const split = env.fromCollection(readings).process(new (class extends ProcessFunction {
    processElement(r, ctx, out) {
      if (r.value % 2 === 1) ctx.output(odd, [r, new Money(BigInt(r.value))])
      else out.collect({ at: new Map([['r', r]]) })
    }
  })())
  split.keyBy((v) => v.at.get('r').sensor).reduce((a, b) => b).map((v) => v.at.get('r').doubled()).print()
  split.getSideOutput(odd).rebalance().map(([r, money]) => r.doubled() + Number(money.cents)).print()`)
    assert.equal(exitCode, 0, stderr)
    const sum = lines.reduce((total, line) => total + Number(line.split(' ')[1]), 0)
    assert.equal(lines.length, 200)
    assert.equal(sum, 2 * 9900 + 3 * 10_000)
  })

  it('are refused by name where neither is the case', async () => {
    const { exitCode, stderr } = await run(`
  env.fromCollection(readings).map((r) => ({ r })).keyBy((v) => v.r.sensor).print()`)
    assert.notEqual(exitCode, 0)
    assert.match(stderr, /emitted a record that cannot travel: .*is an instance of Reading.*registerType/s)
  })

  for (const [title, record] of [
    ['as they are', 'new Reading(1, 2)'],
    ['in a Map', 'new Map([[1, new Reading(1, 2)]])'],
  ] as const) {
    it(`are refused by operator and class in a worker where main did not register it, ${title}`, async () => {
      const { exitCode, stderr } = await run(`
  const knows = runOfMain() === 1
  if (knows) env.getConfig().registerType(Reading)
  env.fromSequence(1, 200).rebalance().map((n) => (knows ? ${record} : n)).rebalance().map((r) => r).name('reader').print()`)
      assert.notEqual(exitCode, 0)
      assert.match(
        stderr,
        /\[RECORD_CLASS_NOT_REGISTERED\]: reader received a record with an instance of Reading, .*registerType\(Reading\)/,
      )
    })
  }

  it('are not confused by two classes of one name', async () => {
    const { exitCode, stderr } = await run(`
  const other = { Reading: class Reading {} }.Reading
  env.getConfig().registerType(Reading).registerType(other)
  env.fromCollection(readings).print()`)
    assert.notEqual(exitCode, 0)
    assert.match(stderr, /The class Reading cannot be registered: another class of this name is registered/)
  })
})
