import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { MemoryTextOutput } from '../../../../src/core/io/memory-text-output.js'

const MODULE = moduleUrl('standard-stream')
const LOCK = moduleUrl('output-lock')
const WRITABLE = moduleUrl('standard-writable')
const NO_OTHERS = 'new SharedArrayBuffer(8)'
const WORKERS = 3
const LINES = 4000
const LONG_LINES = 200

function moduleUrl(name: string): string {
  return new URL(`../../../../src/core/io/${name}.js`, import.meta.url).href
}

interface Ended {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a module whose standard output goes into a real pipe to a command of the shell. */
function runIntoPipe(program: string, reader: string): Promise<Ended> {
  const script = `"$0" --input-type=module -e "$1" | ${reader}`
  return new Promise((resolve, reject) => {
    const limits = { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }
    execFile('sh', ['-c', script, process.execPath, program], limits, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr })
      else reject(new Error('the command failed', { cause: error }))
    })
  })
}

/** Threads that print at the same time, and a main thread that prints `ofMain`, an expression of `line`. */
function manyWriters(text: string, lines: number, ofMain = 'undefined'): string {
  return `
  import { once } from 'node:events'
  import { Worker } from 'node:worker_threads'
  import { allocateOutputLocks } from '${LOCK}'
  import { StandardWritable } from '${WRITABLE}'
  const locks = allocateOutputLocks()
  const main = new StandardWritable(1, locks.standardOutput, () => undefined)
  const code = \`
    const { parentPort, workerData } = require('node:worker_threads')
    import('${MODULE}').then(({ StandardStream }) => {
      const out = new StandardStream(1, workerData.lock)
      parentPort.postMessage('started')
      for (let line = 0; line < ${String(lines)}; line += 1) {
        out.write(workerData.id + '-' + line + '-' + ${text} + '.\\\\n')
        if (line % 100 === 0) out.flush()
      }
      out.flush()
    })\`
  const lock = locks.standardOutput
  const started = []
  for (let id = 0; id < ${String(WORKERS)}; id += 1) {
    started.push(once(new Worker(code, { eval: true, execArgv: [], workerData: { id, lock } }), 'message'))
  }
  await Promise.all(started)
  for (let line = 0; line < ${String(lines)} && ${ofMain} !== undefined; line += 1) {
    main.write('${String(WORKERS)}-' + line + '-' + ${ofMain} + '.\\n')
    await new Promise((resolve) => setImmediate(resolve))
  }`
}

/** Every line is whole, and the lines of each writer are in order. */
function assertWhole(stdout: string, count: number): void {
  const lines = stdout.split('\n')
  assert.equal(lines.pop(), '')
  assert.equal(lines.length, count)
  const next = new Map<string, number>()
  for (const line of lines) {
    const torn = `a torn line of ${String(line.length)}: ${line.slice(0, 80)}`
    const [, worker = '', number = ''] = /^(\d)-(\d+)-ä*\.$/.exec(line) ?? assert.fail(torn)
    assert.equal(Number(number), next.get(worker) ?? 0)
    next.set(worker, Number(number) + 1)
  }
}

describe('StandardStream', { skip: process.platform === 'win32' }, () => {
  it('keeps the lines of several threads whole and in order, also when the reader is slow', async () => {
    const { stdout } = await runIntoPipe(manyWriters(`'ä'.repeat(line % 60)`, LINES), '(sleep 0.3; cat)')
    assertWhole(stdout, WORKERS * LINES)
  })

  it('keeps lines whole that are too long for one write of a pipe, those of the main thread too', async () => {
    const long = `'ä'.repeat(10000)`
    const { stdout } = await runIntoPipe(manyWriters(long, LONG_LINES, long), '(sleep 0.3; cat)')
    assertWhole(stdout, (WORKERS + 1) * LONG_LINES)
  })

  it('writes a line that is longer than a pipe takes at once', async () => {
    const program = `
      import { StandardStream } from '${MODULE}'
      const out = new StandardStream(1, ${NO_OTHERS})
      out.write('first\\n' + 'x'.repeat(300_000) + '\\nlast\\n')
      out.flush()`
    const { stdout } = await runIntoPipe(program, '(sleep 0.1; cat)')
    assert.deepEqual(
      stdout.split('\n').map((line) => line.length),
      [5, 300_000, 4, 0],
    )
  })

  it('keeps back what was not flushed', async () => {
    const program = `
      import { StandardStream } from '${MODULE}'
      const out = new StandardStream(1, ${NO_OTHERS})
      out.write('shown\\n')
      out.flush()
      out.write('kept back\\n')`
    assert.equal((await runIntoPipe(program, 'cat')).stdout, 'shown\n')
  })

  it('says STDOUT_CLOSED when the reader has gone', async () => {
    const program = `
      import { StandardStream } from '${MODULE}'
      const out = new StandardStream(1, ${NO_OTHERS})
      try {
        for (let line = 0; line < 100000; line += 1) out.write('line ' + line + '\\n')
        out.flush()
      } catch (error) {
        process.stderr.write(error.code)
      }`
    assert.equal((await runIntoPipe(program, 'head -n 1')).stderr, 'STDOUT_CLOSED')
  })
})

describe('MemoryTextOutput', () => {
  it('gives what was printed as lines', () => {
    const output = new MemoryTextOutput()
    output.write('a\nb')
    output.write('c\n')
    output.flush()
    assert.deepEqual(output.lines(), ['a', 'bc'])
  })
})
