/**
 * The exchange written by hand: two worker_threads, each makes records and posts them to the other in batches of 1,000
 * (structured clone), at most so many batches under way: `node post-message.js --kind kind --records n`.
 */
import { parseArgs } from 'node:util'
import { MessageChannel, Worker, isMainThread, workerData, type MessagePort } from 'node:worker_threads'
import { exchangeRecordMaker, idOf, type ExchangeKind, type ExchangeRecord } from '../jobs/exchange-records.js'
import { ProgressCounter } from '../jobs/progress.js'

const BATCH = 1000
const MAX_UNDER_WAY = 8

interface WorkerTask {
  readonly index: number
  readonly kind: ExchangeKind
  readonly records: number
  readonly port: MessagePort
}

type Message = readonly ExchangeRecord[] | 'received'

function startWorkers(): void {
  const { values } = parseArgs({ options: { kind: { type: 'string' }, records: { type: 'string' } } })
  const { port1, port2 } = new MessageChannel()
  for (const [index, port] of [port1, port2].entries()) {
    const task: WorkerTask = { index, kind: values.kind as ExchangeKind, records: Number(values.records) / 2, port }
    new Worker(new URL(import.meta.url), { workerData: task, transferList: [port] })
  }
}

function runWorker({ index, kind, records, port }: WorkerTask): void {
  const make = exchangeRecordMaker(kind)
  const id = idOf(kind)
  const progress = new ProgressCounter(records)
  let made = 0
  let underWay = 0
  let received = 0
  let sum = 0
  let isScheduled = false

  const send = (): void => {
    isScheduled = false
    const batch: ExchangeRecord[] = []
    for (; batch.length < BATCH && made < records; made += 1) batch.push(make(2 * made + index))
    port.postMessage(batch)
    underWay += 1
    schedule()
  }
  // Between two batches the event loop is served: it brings the other worker's batches.
  const schedule = (): void => {
    if (isScheduled || made >= records || underWay >= MAX_UNDER_WAY) return
    isScheduled = true
    setImmediate(send)
  }
  port.on('message', (message: Message) => {
    if (message === 'received') {
      underWay -= 1
      schedule()
    } else {
      for (const record of message) {
        sum += id(record)
        progress.add()
      }
      received += message.length
      port.postMessage('received')
    }
    if (received < records || made < records || underWay > 0) return
    process.stdout.write(progress.line(sum))
    port.unref()
  })
  schedule()
}

if (isMainThread) startWorkers()
else runWorker(workerData as WorkerTask)
