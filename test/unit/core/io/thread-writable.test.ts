import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ThreadWritable } from '../../../../src/core/io/thread-writable.js'

/** A StandardStream in memory, on a disk that is full while `isFull`. */
class Output {
  text = ''
  isFull = false
  #keptBack = ''

  write(text: string): void {
    this.#keptBack += text
  }

  writeBytes(bytes: Buffer): void {
    this.flush()
    this.#out(bytes.toString())
  }

  flush(): void {
    const text = this.#keptBack
    this.#keptBack = ''
    if (text !== '') this.#out(text)
  }

  #out(text: string): void {
    if (this.isFull) throw new Error(`full: ${text}`)
    this.text += text
  }
}

function writableOn(output: Output, isMuted = false): { stream: ThreadWritable; failures: string[] } {
  const failures: string[] = []
  const stream = new ThreadWritable({
    output,
    isMuted: () => isMuted,
    onFailure: (error) => failures.push(`own ${(error as Error).message}`),
    onSinkFailure: (error) => failures.push(`sink ${(error as Error).message}`),
  })
  return { stream, failures }
}

describe("A thread's own process.stdout", () => {
  it('writes at once, after what the sinks of the thread have printed', () => {
    const output = new Output()
    const { stream } = writableOn(output)
    output.write('printed\n')
    stream.write('logged\n')
    stream.write(Buffer.from('bytes\n'))
    stream.write('6c6174696e\n', 'hex')
    assert.equal(output.text, 'printed\nlogged\nbytes\nlatin')
  })

  it('tells the lines of the sinks from its own where nothing can be written, and goes on afterwards', async () => {
    const output = new Output()
    const { stream, failures } = writableOn(output)
    output.isFull = true
    output.write('printed')
    stream.write('logged')
    output.isFull = false
    await new Promise((resolve) => stream.write('later', resolve))
    assert.deepEqual(failures, ['sink full: printed', 'own full: logged'])
    assert.equal(output.text, 'later')
  })

  it('muted, writes nothing and calls back all the same', async () => {
    const output = new Output()
    const { stream } = writableOn(output, true)
    await new Promise((resolve) => stream.write('of main', resolve))
    assert.equal(output.text, '')
  })
})
