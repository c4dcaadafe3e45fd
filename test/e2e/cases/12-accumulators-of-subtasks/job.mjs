// Accumulators of the user's own, merged over three subtasks: a maximum is no sum, an average needs more than its value.
import { RichMapFunction, StreamExecutionEnvironment } from 'flink-ts'
class Maximum {
  #max = -Infinity
  add (x) { this.#max = Math.max(this.#max, x) }
  getLocalValue () { return this.#max }
  resetLocal () { this.#max = -Infinity }
  merge (other) { this.add(other.getLocalValue()) }
}
class Average {
  count = 0
  sum = 0
  add (x) { this.count += 1; this.sum += x }
  getLocalValue () { return this.sum / this.count }
  resetLocal () { this.count = this.sum = 0 }
  merge (other) { this.count += other.count; this.sum += other.sum }
}
class Broken extends Maximum { merge () { throw new RangeError('planned') } }
class Measuring extends RichMapFunction {
  constructor (...names) { super(); this.names = names }
  open () {
    const make = { maximum: () => new Maximum(), average: () => new Average(), broken: () => new Broken(), closed: () => new Maximum() }
    this.all = this.names.map((name) => { const made = make[name](); this.getRuntimeContext().addAccumulator(name, made); return made })
  }
  map (x) { for (const each of this.all) each.add(x); return x }
  close () { if (this.names[0] === 'closed') this.all[0].add(1000) }
}
export async function main ([how]) {
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  const records = env.fromSequence(1, 9).rebalance()
  if (how === 'twice') records.map(new Measuring('maximum')).map(new Measuring('maximum')).print()
  else records.map(new Measuring('maximum', 'average', 'broken')).map(new Measuring('closed')).filter(() => false).print()
  const result = await env.execute()
  console.log('main', result.getAccumulatorResult('maximum'), result.getAccumulatorResult('average'), result.getAccumulatorResult('closed'))
  try { result.getAccumulatorResult('broken') } catch (error) { console.log('main', error.code, error.cause.name) }
}
