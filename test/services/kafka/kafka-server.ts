import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { Admin } from '@platformatic/kafka'
import { REPOSITORY } from '../../e2e/command-line.js'
import { serviceScript } from '../service-script.js'

const FOLDER = path.join(REPOSITORY, 'test/services/kafka')

export type KafkaListener = 'plain' | 'second' | 'sasl' | 'tls' | 'saslTls' | 'proxied' | 'proxy'

/** The names by which `start.sh` is told the ports of its listeners, and those that it takes by itself. */
const PORTS: Readonly<Record<KafkaListener, readonly [variable: string, usual: number]>> = {
  plain: ['KAFKA_PORT', 9092],
  second: ['KAFKA_PORT_2', 9094],
  sasl: ['KAFKA_SASL_PORT', 9095],
  tls: ['KAFKA_TLS_PORT', 9096],
  saslTls: ['KAFKA_SASL_TLS_PORT', 9097],
  proxied: ['KAFKA_PROXIED_PORT', 9098],
  proxy: ['KAFKA_PROXY_PORT', 9099],
}

export function portOf(listener: KafkaListener): number {
  const [variable, usual] = PORTS[listener]
  return Number(process.env[variable] ?? usual)
}

export function addressOf(listener: KafkaListener): string {
  return `127.0.0.1:${String(portOf(listener))}`
}

/** Address of the broker that the runner has started. */
export const BROKER = addressOf('plain')

/** Where `start.sh` has put the keys for TLS. */
export function keyFile(name: 'ca.pem' | 'client.pem' | 'client.key' | 'client.crt'): string {
  return path.join(process.env.SVC_RUN ?? '', 'kafka/tls', name)
}

export async function broker(...args: readonly ['kill' | 'run' | 'await', '1' | '2']): Promise<void> {
  const { code, output } = await serviceScript('kafka', args)
  if (code !== 0) throw new Error(`start.sh ${args.join(' ')}: ${output}`)
}

/** SIGKILL, and up again when it serves. */
export async function brokerAgain(node: '1' | '2' = '1', downMs = 0): Promise<void> {
  await broker('kill', node)
  await new Promise((resolve) => setTimeout(resolve, downMs))
  await broker('run', node)
  await broker('await', node)
}

export async function withAdmin<R>(use: (admin: Admin) => Promise<R>): Promise<R> {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [BROKER], retries: 20, retryDelay: 200 })
  try {
    return await use(admin)
  } finally {
    await admin.close()
  }
}

/** A topic of its own, which is not taken away: the server goes with all that it has. */
export async function newTopic(
  what: string,
  partitions = 4,
  replicas = 1,
  settings: Readonly<Record<string, string>> = {},
): Promise<string> {
  const topic = `${what}-${randomUUID().slice(0, 8)}`
  const configs = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await withAdmin((admin) => admin.createTopics({ topics: [topic], partitions, replicas, configs }))
  return topic
}

/** Runs a class of Kafka's jars, or a file of Java here, and gives its standard output. */
export async function kafkaJava(args: readonly string[], input = ''): Promise<string> {
  const [main = '', ...others] = args
  const program = main.endsWith('.java') ? path.join(FOLDER, main) : main
  const child = spawn('bash', [path.join(FOLDER, 'start.sh'), 'java', program, ...others])
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined).end(input)
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`java ${args.join(' ')} ended with ${String(code)}\n${stdout}\n${stderr}`)
  return stdout
}

export interface WitnessedRecord {
  readonly partition: number
  readonly offset: number
  readonly key: string
  readonly value: string
  readonly timestamp: number
  readonly headers: string
}

/** All of a topic, as Kafka's own client reads it. */
export async function witnessed(
  topic: string,
  isolation: 'read_committed' | 'read_uncommitted' = 'read_committed',
): Promise<WitnessedRecord[]> {
  const output = await kafkaJava(['Committed.java', BROKER, topic, isolation])
  const lines = output.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [partition, offset, key = '', value = '', timestamp, headers = ''] = line.split('\t')
    return { partition: Number(partition), offset: Number(offset), key, value, timestamp: Number(timestamp), headers }
  })
}

export interface RecordToProduce {
  readonly partition: number
  readonly timestamp: number
  readonly key: string
  readonly value: string
}

/** A line for `Produce.java`. */
export function produceLine({ partition, timestamp, key, value }: RecordToProduce): string {
  return `R\t${String(partition)}\t${String(timestamp)}\t${key}\t${value}\n`
}

export async function produced(
  topic: string,
  records: readonly RecordToProduce[],
  compression = 'none',
): Promise<void> {
  await kafkaJava(['Produce.java', BROKER, topic, compression], records.map(produceLine).join(''))
}
