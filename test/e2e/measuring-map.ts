/** Source text for modules that tests write: a map with metrics of every kind, one of which cannot be read; what is derived from it calls `measure`. */
export const MEASURING_MAP = `
import { RichMapFunction } from 'flink-ts'

class MeasuringMap extends RichMapFunction {
  open () {
    const metrics = this.getRuntimeContext().getMetricGroup()
    this.seen = metrics.counter('seen')
    this.rate = metrics.addGroup('my group').meter('rate')
    this.sizes = metrics.histogram('sizes')
    metrics.gauge('label', () => 'north')
    metrics.gauge('isWarm', () => true)
    metrics.gauge('broken', () => { throw new Error('no value') })
  }
  measure (size) {
    this.seen.inc()
    this.rate.markEvent()
    this.sizes.update(size)
  }
}
`
