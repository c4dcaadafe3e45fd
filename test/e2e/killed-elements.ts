/** Source text of a keyed function for jobs that tests write into files: how often a value was seen, as state has it. */
export const SEEN_FUNCTION = `
class Seen extends KeyedProcessFunction {
  open () { this.seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen')) }
  processElement (value, ctx, out) {
    const seen = (this.seen.value() ?? 0) + 1
    this.seen.update(seen)
    out.collect(value + ':' + seen)
  }
}
`
