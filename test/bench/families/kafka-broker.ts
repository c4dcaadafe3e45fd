/** A broker for the rows of Kafka, with topics that are full, and Apache Flink with its connector. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Admin } from '@platformatic/kafka'
import { REPOSITORY } from '../../e2e/command-line.js'
import { freePort } from '../../e2e/free-port.js'
import { serviceScript } from '../../services/service-script.js'
import { parseProgress, rateOf } from '../progress-merge.js'

const FLINK = path.join(REPOSITORY, 'test/bench/flink-kafka/run.sh')
/** Without limits to what the compiler of Java may do, which the suites' broker has for a quick start. */
const JAVA_OPTIONS = '-Xms512m -Xmx1g -XX:+UseG1GC'
const PARTITIONS = 4
const PORTS = ['KAFKA_PORT', 'KAFKA_CONTROLLER_PORT', 'KAFKA_SASL_PORT', 'KAFKA_TLS_PORT', 'KAFKA_SASL_TLS_PORT']
const PROXY_PORTS = ['KAFKA_PROXIED_PORT', 'KAFKA_PROXY_PORT']

export class KafkaBroker {
  readonly #filled = new Map<string, Promise<string>>()
  #environment: NodeJS.ProcessEnv = {}
  #topics = 0

  get port(): number {
    return Number(this.#environment.KAFKA_PORT)
  }

  get address(): string {
    return `127.0.0.1:${String(this.port)}`
  }

  /** Returns how to stop it. */
  async start(): Promise<() => Promise<void>> {
    const run = mkdtempSync(path.join(tmpdir(), 'flink-ts-bench-'))
    const chosen: Record<string, string> = {}
    for (const name of [...PORTS, ...PROXY_PORTS]) chosen[name] = await freePort()
    this.#environment = { ...process.env, ...chosen, SVC_RUN: run, KAFKA_JAVA_OPTIONS: JAVA_OPTIONS }
    await this.#script('start')
    const installed = await this.#flink(['install'])
    if (installed.code !== 0) throw new Error(installed.output)
    return async () => {
      await this.#script('wipe')
      rmSync(run, { recursive: true, force: true })
    }
  }

  /** A topic with so many records of this size, always the same one. */
  filled(bytes: number, records: number): Promise<string> {
    const key = `${String(bytes)} ${String(records)}`
    const filled = this.#filled.get(key) ?? this.#fill(bytes, records)
    this.#filled.set(key, filled)
    return filled
  }

  async newTopic(): Promise<string> {
    this.#topics += 1
    const topic = `bench-${String(this.#topics)}`
    const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [this.address] })
    await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: 1 })
    await admin.close()
    return topic
  }

  /** Millions of records a second of a job of `FlinkKafkaJob.java`. */
  async flinkRate(kind: 'source' | 'count', input: string, records: number): Promise<number> {
    const checkpoints = mkdtempSync(path.join(tmpdir(), 'flink-ts-bench-'))
    try {
      const output = await this.newTopic()
      const args = [kind, this.address, input, output, String(records), `file://${checkpoints}`]
      const run = await this.#flink(args)
      if (run.code !== 0) throw new Error(run.output)
      return rateOf(parseProgress(run.output), records)
    } finally {
      rmSync(checkpoints, { recursive: true, force: true })
    }
  }

  async #fill(bytes: number, records: number): Promise<string> {
    const topic = await this.newTopic()
    await this.#script(
      ...['java', 'org.apache.kafka.tools.ProducerPerformance', '--topic', topic, '--throughput', '-1'],
      ...['--num-records', String(records), '--record-size', String(bytes)],
      ...['--bootstrap-server', this.address, '--command-property', 'linger.ms=5'],
    )
    return topic
  }

  async #script(...args: readonly string[]): Promise<void> {
    const { code, output } = await serviceScript('kafka', args, this.#environment)
    if (code !== 0) throw new Error(`${args.join(' ')}: ${output}`)
  }

  #flink(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    const child = spawn('bash', [FLINK, ...args], { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    return new Promise((resolve) => {
      child.once('close', (code) => {
        resolve({ code: code ?? 1, output })
      })
    })
  }
}
