/**
 * Files read by hand, in one thread: `node file-pipeline.js pipeline|loop --format lines|csv|json --path file`. `pipeline`: as most would
 * write it, createReadStream -> a Transform that makes records of lines -> a Writable. `loop`: chunks of text, split, without objects of
 * streams.
 * With `--output file` both also write the records, in the format in which they came.
 */
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { once } from 'node:events'
import { Transform, Writable, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { parseArgs } from 'node:util'
import type { FileFormat, Visit } from '../jobs/bench-file.js'

/** The first part warms up, as with the jobs. */
const WARMUP_SHARE = 0.3
const CHUNK_BYTES = 256 * 1024

const { values, positionals } = parseArgs({
  options: {
    path: { type: 'string', default: '' },
    format: { type: 'string', default: 'lines' },
    output: { type: 'string' },
  },
  allowPositionals: true,
})
const { path } = values
const format = values.format as FileFormat
const sizeBytes = statSync(path).size
let readBytes = 0
let startMs = 0
let startBytes = 0
let sunk = 0

/** Split at commas: none of the texts has one in it. */
function csvRecord(line: string): Visit {
  const [user = '', count, at = '', page = '', amount] = line.split(',')
  return { user, count: Number(count), at, page, amount: Number(amount) }
}

function recordOf(line: string): string | Visit {
  if (format === 'lines') return line
  return format === 'csv' ? csvRecord(line) : (JSON.parse(line) as Visit)
}

function textOf(record: string | Visit): string {
  if (typeof record === 'string') return `${record}\n`
  if (format === 'json') return `${JSON.stringify(record)}\n`
  const { user, count, at, page, amount } = record
  return `${user},${String(count)},${at},${page},${String(amount)}\n`
}

function sink(record: string | Visit): void {
  sunk += typeof record === 'string' ? record.length : record.count
}

function note(bytes: number): void {
  readBytes += bytes
  if (startBytes > 0 || readBytes < WARMUP_SHARE * sizeBytes) return
  startBytes = readBytes
  startMs = performance.now()
}

class Records extends Transform {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  constructor() {
    super({ readableObjectMode: true })
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    note(chunk.length)
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.push(recordOf(line))
    done()
  }
}

async function runLoop(): Promise<void> {
  const output = values.output === undefined ? undefined : createWriteStream(values.output)
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    note((chunk as Buffer).length)
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n')
    rest = lines.pop() ?? ''
    if (output === undefined) for (const line of lines) sink(recordOf(line))
    else if (!output.write(lines.map((line) => textOf(recordOf(line))).join(''))) await once(output, 'drain')
  }
  if (output === undefined) return
  output.end()
  await once(output, 'finish')
}

class Texts extends Transform {
  constructor() {
    super({ writableObjectMode: true })
  }

  override _transform(record: string | Visit, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, textOf(record))
  }
}

const toSink = new Writable({
  objectMode: true,
  write: (record: string | Visit, _encoding, done) => {
    sink(record)
    done()
  },
})
if (positionals[0] === 'loop') await runLoop()
else if (values.output === undefined) {
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), new Records(), toSink)
} else {
  const input = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  await pipeline(input, new Records(), new Texts(), createWriteStream(values.output))
}
const totalMs = performance.now() - startMs
console.log(JSON.stringify({ mbps: (readBytes - startBytes) / totalMs / 1000, sunk }))
