import type { Measured, MetricSample } from './metric-sample.js'

/** Of version 0.0.4 of the text format, which every scraper reads. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Those that Flink's reporter gives of a histogram. */
const QUANTILES: readonly number[] = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999]

/** All lines of one name, which have to stand together. */
interface Family {
  readonly type: 'gauge' | 'summary'
  readonly help: string
  /** Names of samples with their labels, so that none comes twice. */
  readonly lines: Map<string, number>
}

export interface PrometheusTextOptions {
  /** Only letters, digits, `:` and `_` in the values of labels, as Flink has it unless it is told otherwise. */
  readonly filterLabelValueCharacters: boolean
}

/**
 * Metrics in the text format of Prometheus, named as Flink's PrometheusReporter names them. Counters are gauges there, since
 * functions may lower them, a meter is its rate, a histogram a summary without a sum. Pure.
 */
export function prometheusText(samples: readonly MetricSample[], options: PrometheusTextOptions): string {
  const families = new Map<string, Family>()
  const labelsOf = new Map<MetricSample['variables'], string>()
  for (const sample of samples) {
    // One object for all metrics of a task or operator: 64,000 values take 0.25 s, not 0.5 s as with labels made for each.
    const labels = labelsOf.get(sample.variables) ?? labelsText(sample.variables, options)
    labelsOf.set(sample.variables, labels)
    add(sample, labels, families)
  }
  const texts = [...families].map(([name, { type, help, lines }]) => {
    const values = [...lines].map(([series, value]) => `${series} ${numberText(value)}\n`)
    return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${values.join('')}`
  })
  return texts.join('')
}

function add(sample: MetricSample, labels: string, families: Map<string, Family>): void {
  const { name: metric, measured } = sample
  const scope = sample.scope.map(replaceInvalidCharacters).join('_')
  const name = `flink_${scope}_${replaceInvalidCharacters(metric)}`
  const type = measured.kind === 'histogram' ? 'summary' : 'gauge'
  const family = families.get(name) ?? { type, help: `${metric} (scope: ${scope})`, lines: new Map<string, number>() }
  // Two metrics of different kinds may come to one name: a scraper would refuse everything for it, so the first one stays.
  if (family.type !== type || isTaken(name, type, families)) return
  families.set(name, family)
  for (const [suffix, all, value] of linesOf(measured, labels)) {
    const series = `${name}${suffix}{${all}}`
    if (!family.lines.has(series)) family.lines.set(series, value)
  }
}

/** Names with these at their end are a summary's own, whether it has them or not: a family of that name is taken for a part of it. */
const PARTS_OF_SUMMARY = ['_count', '_sum']

function isTaken(name: string, type: Family['type'], families: ReadonlyMap<string, Family>): boolean {
  if (families.has(name)) return false
  if (type === 'summary') return PARTS_OF_SUMMARY.some((part) => families.has(name + part))
  return PARTS_OF_SUMMARY.some(
    (part) => name.endsWith(part) && families.get(name.slice(0, -part.length))?.type === 'summary',
  )
}

type Line = readonly [suffix: string, labels: string, value: number]

function linesOf(measured: Measured, labels: string): Line[] {
  if (measured.kind !== 'histogram') return [['', labels, measured.value]]
  const quantiles = measured.quantiles.filter(([quantile]) => QUANTILES.includes(quantile))
  const before = labels === '' ? '' : `${labels},`
  return [
    ['_count', labels, measured.count],
    ...quantiles.map(([quantile, value]) => ['', `${before}quantile="${String(quantile)}"`, value] as const),
  ]
}

function labelsText(labels: MetricSample['variables'], { filterLabelValueCharacters }: PrometheusTextOptions): string {
  const textOf = filterLabelValueCharacters ? replaceInvalidCharacters : escapeLabelValue
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${textOf(value)}"`)
    .join(',')
}

/** As Flink's reporter does it, in names and in values of labels. */
function replaceInvalidCharacters(text: string): string {
  return text.replace(/[^a-zA-Z0-9:_]/gu, '_')
}

function escapeLabelValue(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
