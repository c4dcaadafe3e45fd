/** A number that functions raise and lower. */
export class Counter {
  #count = 0

  inc(by = 1): void {
    this.#count += by
  }

  dec(by = 1): void {
    this.#count -= by
  }

  getCount(): number {
    return this.#count
  }
}

export type Gauge = () => unknown

/** Metrics of one scope (operator, task), by name; groups nest. */
export class MetricGroup {
  readonly scope: readonly string[]
  readonly #counters = new Map<string, Counter>()
  readonly #gauges = new Map<string, Gauge>()
  readonly #groups = new Map<string, MetricGroup>()

  constructor(scope: readonly string[]) {
    this.scope = scope
  }

  /** The counter of this name, made at the first call. */
  counter(name: string): Counter {
    return getOrMake(this.#counters, name, () => new Counter())
  }

  /** Registers a function that is asked for the value when somebody looks. */
  gauge(name: string, gauge: Gauge): Gauge {
    this.#gauges.set(name, gauge)
    return gauge
  }

  addGroup(name: string): MetricGroup {
    return getOrMake(this.#groups, name, () => new MetricGroup([...this.scope, name]))
  }

  /** All values below this group by dotted name. */
  values(): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    for (const [name, counter] of this.#counters) values[name] = counter.getCount()
    for (const [name, gauge] of this.#gauges) values[name] = gauge()
    for (const [name, group] of this.#groups) {
      for (const [inner, value] of Object.entries(group.values())) values[`${name}.${inner}`] = value
    }
    return values
  }
}

function getOrMake<T>(map: Map<string, T>, name: string, make: () => T): T {
  let value = map.get(name)
  if (value === undefined) {
    value = make()
    map.set(name, value)
  }
  return value
}
