import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { LiveScreen } from '../../../../src/cli/top/live-screen.js'

const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?7l'
const LEAVE = '\u001B[?7h\u001B[?25h\u001B[?1049l'

/** A terminal that keeps what was written to it. */
class FakeOutput extends EventEmitter {
  written = ''
  columns = 40
  rows = 5

  write(text: string): boolean {
    this.written += text
    return true
  }
}

class FakeInput extends EventEmitter {
  readonly isTTY = true
  readonly calls: string[] = []

  setRawMode(isRaw: boolean): this {
    this.calls.push(`raw ${String(isRaw)}`)
    return this
  }
  pause(): this {
    this.calls.push('pause')
    return this
  }
  resume(): this {
    this.calls.push('resume')
    return this
  }
  unref(): this {
    this.calls.push('unref')
    return this
  }
}

function screenOf() {
  const devices = { output: new FakeOutput(), input: new FakeInput(), signals: new EventEmitter() }
  // The fakes have of the streams what the screen uses.
  const screen = new LiveScreen(devices as unknown as ConstructorParameters<typeof LiveScreen>[0])
  return { screen, ...devices }
}

describe('A live screen', () => {
  it('is another one without a cursor, and leaves the terminal as it was, once', () => {
    const { screen, output, input, signals } = screenOf()
    assert.equal(output.written, ENTER)
    output.written = ''
    screen.close()
    screen.close()
    assert.equal(output.written, LEAVE)
    assert.deepEqual(input.calls, ['raw true', 'resume', 'raw false', 'pause', 'unref'])
    // What fails on a terminal that is gone is still taken.
    assert.deepEqual([signals.eventNames(), output.eventNames(), input.eventNames()], [[], ['error'], ['error']])
  })

  for (const key of ['q', 'Q', '\u0003', 'xq', '\u0004']) {
    it(`is left by the key ${JSON.stringify(key)}`, async () => {
      const { screen, input } = screenOf()
      input.emit('data', Buffer.from('x'))
      input.emit('data', Buffer.from(key))
      assert.equal(await screen.left, 'quit')
    })
  }

  for (const [signal, exitCode] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const) {
    it(`is left by ${signal}, with the exit code that shells have for it`, async () => {
      const { screen, signals } = screenOf()
      signals.emit(signal)
      assert.equal(await screen.left, exitCode)
    })
  }

  it('leaves the terminal as it was also when the process ends for another reason', () => {
    const { output, signals } = screenOf()
    signals.emit('exit')
    assert.ok(output.written.endsWith(LEAVE))
  })

  it('writes each line over the last one, empties the rest, and counts lines that have no room', () => {
    const { screen, output } = screenOf()
    output.written = ''
    screen.draw(['one', 'two'])
    assert.equal(output.written, '\u001B[H\u001B[2Kone\n\u001B[2Ktwo\n\u001B[J')
    output.written = ''
    screen.draw(['1', '2', '3', '4'])
    assert.match(output.written, /4\n/)
    output.written = ''
    screen.draw(['1', '2', '3', '4', '5', '6'])
    assert.match(output.written, /K3\n.*\.\.\. 3 more lines\n/)
  })

  for (const end of ['output', 'input'] as const) {
    it(`is left as after SIGHUP when its ${end} is gone, and leaves nothing that could fail`, async () => {
      const streams = screenOf()
      streams[end].emit('error', new Error('write EIO'))
      assert.equal(await streams.screen.left, 129)
      streams.screen.close()
      streams[end].emit('error', new Error('write EIO'))
    })
  }

  it('has one line where the terminal has, and scrolls nothing away', () => {
    const { screen, output } = screenOf()
    Object.assign(output, { rows: 1 })
    output.written = ''
    screen.draw(['1', '2', '3'])
    assert.equal(output.written, '\u001B[H\u001B[2K... 3 more lines')
  })

  it('is drawn anew for a new size while it waits, and waits no longer for who leaves', async () => {
    const { screen, output, input } = screenOf()
    let drawn = 0
    const pause = screen.pause(3_600_000, () => {
      drawn += 1
    })
    output.emit('resize')
    output.emit('resize')
    input.emit('data', Buffer.from('q'))
    await pause
    output.emit('resize')
    assert.equal(drawn, 2)
  })

  it('has no width where the terminal does not say it, and then room for all lines', () => {
    const { screen, output } = screenOf()
    output.columns = 0
    output.rows = 0
    assert.equal(screen.width, undefined)
    output.written = ''
    screen.draw(['1', '2', '3'])
    assert.match(output.written, /K3\n/)
  })
})
