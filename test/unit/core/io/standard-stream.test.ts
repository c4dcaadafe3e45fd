import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { MemoryTextOutput } from '../../../../src/core/io/memory-text-output.js'

const MODULE = new URL('../../../../src/core/io/standard-stream.js', import.meta.url).href
const WORKERS = 3
const LINES = 4000

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

const MANY_WRITERS = `
  import { Worker } from 'node:worker_threads'
  const code = \`
    const { workerData } = require('node:worker_threads')
    import('${MODULE}').then(({ StandardStream }) => {
      const out = new StandardStream(1)
      for (let line = 0; line < ${LINES}; line += 1) {
        out.write(workerData + '-' + line + '-' + 'ä'.repeat(line % 60) + '.\\\\n')
        if (line % 100 === 0) out.flush()
      }
      out.flush()
    })\`
  for (let id = 0; id < ${WORKERS}; id += 1) new Worker(code, { eval: true, execArgv: [], workerData: id })
`

describe('StandardStream', { skip: process.platform === 'win32' }, () => {
  it('keeps the lines of several threads whole and in order, also when the reader is slow', async () => {
    const { stdout } = await runIntoPipe(MANY_WRITERS, '(sleep 0.3; cat)')
    const lines = stdout.split('\n')
    assert.equal(lines.pop(), '')
    assert.equal(lines.length, WORKERS * LINES)
    const next = new Map<string, number>()
    for (const line of lines) {
      const [, worker = '', number = ''] = /^(\d)-(\d+)-ä*\.$/.exec(line) ?? assert.fail(`a torn line: ${line}`)
      assert.equal(Number(number), next.get(worker) ?? 0)
      next.set(worker, Number(number) + 1)
    }
  })

  it('writes a line that is longer than a pipe takes at once', async () => {
    const program = `
      import { StandardStream } from '${MODULE}'
      const out = new StandardStream(1)
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
      const out = new StandardStream(1)
      out.write('shown\\n')
      out.flush()
      out.write('kept back\\n')`
    assert.equal((await runIntoPipe(program, 'cat')).stdout, 'shown\n')
  })

  it('says STDOUT_CLOSED when the reader has gone', async () => {
    const program = `
      import { StandardStream } from '${MODULE}'
      const out = new StandardStream(1)
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
