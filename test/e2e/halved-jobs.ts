/**
 * The example jobs in one program, each on sources that stop after six tenths of their records until the file `go-on` is in
 * `--directory`. Their results are lines of a file of the name of the job.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  RichSourceFunction,
  type DataStream,
  type ListCheckpointed,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'
import { attributed } from '../../jobs/clicked-ads.js'
import { deduplicated } from '../../jobs/deduplication.js'
import { suspects } from '../../jobs/failed-logins.js'
import { silences } from '../../jobs/heartbeats.js'
import { newDevices } from '../../jobs/known-devices.js'
import { hitsPerMinute, tooLate } from '../../jobs/nginx-hits.js'
import { paidOff } from '../../jobs/loans.js'
import { models } from '../../jobs/online-model.js'
import { ORDERS, priced, PRICES } from '../../jobs/priced-orders.js'
import { rated } from '../../jobs/rated-payments.js'
import { sessions } from '../../jobs/sessions.js'
import { compared, TODAY, YESTERDAY } from '../../jobs/today-against-yesterday.js'
import { topPages } from '../../jobs/top-pages.js'

/** Says that it has come so far by a file of its name; its position is in the snapshot. */
class HalvedSource<T> extends RichSourceFunction<T> implements ListCheckpointed<number> {
  readonly #records: readonly T[]
  readonly #middle: number
  readonly #halfway: string
  readonly #goOn: string
  #next = 0

  constructor(records: readonly T[], directory: string, name: string) {
    super()
    this.#records = records
    // Watermarks begin anew after a restore: the record that then comes first must not be one that is late.
    this.#middle = Math.ceil(records.length * 0.6)
    this.#halfway = path.join(directory, `halfway-${name}`)
    this.#goOn = path.join(directory, 'go-on')
  }

  async *run(): AsyncGenerator<T> {
    for (const record of this.#records.slice(this.#next)) {
      if (this.#next === this.#middle) {
        writeFileSync(this.#halfway, '')
        while (!existsSync(this.#goOn)) await delay(5)
      }
      this.#next += 1
      yield record
    }
  }

  snapshotState(): number[] {
    return [this.#next]
  }

  restoreState(positions: number[]): void {
    for (const position of positions) this.#next = position
  }
}

/** The streams of a job by their names, as halved sources. */
type Job = (source: <T>(records: readonly T[], name: string) => DataStream<T>) => DataStream<string>

function linesOf(file: string): readonly string[] {
  const text = readFileSync(new URL(`../../../jobs/data/${file}`, import.meta.url), 'utf8')
  return text.trimEnd().split('\n')
}

function jobs(): Readonly<Record<string, Job>> {
  const log = linesOf('access.log')
  return {
    deduplication: (source) => deduplicated(source(linesOf('payments.jsonl'), 'payments')),
    'rated-payments': (source) => rated(source(linesOf('payments.jsonl'), 'payments-to-rate')),
    heartbeats: (source) => silences(source(linesOf('heartbeats.jsonl'), 'heartbeats')),
    loans: (source) => paidOff(source(linesOf('loans.jsonl'), 'loans')),
    'failed-logins': (source) => suspects(source(linesOf('logins.jsonl'), 'logins')),
    'priced-orders': (source) => priced(source(ORDERS, 'orders'), source(PRICES, 'prices')),
    'today-against-yesterday': (source) => compared(source(TODAY, 'today'), source(YESTERDAY, 'yesterday')),
    'nginx-hits': (source) => {
      const hits = hitsPerMinute(source(log, 'log-for-hits'))
      return hits.union(tooLate(hits))
    },
    'known-devices': (source) => newDevices(source(linesOf('device-logins.jsonl'), 'device-logins')),
    sessions: (source) => sessions(source(log, 'log-for-sessions')),
    'top-pages': (source) => topPages(source(log, 'log-for-top-pages')),
    'clicked-ads': (source) =>
      attributed(source(linesOf('impressions.jsonl'), 'impressions'), source(linesOf('clicks.jsonl'), 'clicks')),
    'online-model': (source) => models(source(linesOf('readings.jsonl'), 'readings')),
  }
}

export default function halvedJobs(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const directory = params.getRequired('directory')
  for (const [name, job] of Object.entries(jobs())) {
    const results = job((records, source) => env.addSource(new HalvedSource(records, directory, source)).uid(source))
    results
      .writeAsText(path.join(directory, `${name}.txt`))
      .setParallelism(1)
      .uid(`${name}-results`)
  }
}
