import { constants } from 'node:os'

/** Another screen, without a cursor, whose lines are cut at its right border; and back to what was there before. */
const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?7l'
const LEAVE = '\u001B[?7h\u001B[?25h\u001B[?1049l'
const HOME = '\u001B[H'
/** Before it is written anew: after that the cursor stands on the last character of a full line. */
const EMPTY_LINE = '\u001B[2K'
const TO_END_OF_SCREEN = '\u001B[J'

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const LEAVING_KEYS = ['q', 'Q', CTRL_C, CTRL_D] as const
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const
const KILLED_BY_SIGNAL = 128

/** The terminal as this process has it, or a test. */
export interface ScreenDevices {
  readonly output: Pick<NodeJS.WriteStream, 'columns' | 'rows' | 'write' | 'on' | 'off'>
  readonly input: Pick<NodeJS.ReadStream, 'on' | 'off' | 'pause' | 'resume' | 'unref'> &
    Partial<Pick<NodeJS.ReadStream, 'setRawMode' | 'isTTY'>>
  readonly signals: Pick<NodeJS.Process, 'on' | 'off'>
}

/** Why nobody looks any more, as the exit code of a process. */
export type Left = 'quit' | number

/**
 * A terminal for as long as something is shown on it. Whatever ends this process but SIGKILL leaves the terminal as it was:
 * `close` may be called twice, and is when the process ends.
 */
export class LiveScreen {
  /** Resolves when a key or a signal says so. */
  readonly left: Promise<Left>
  readonly #devices: ScreenDevices
  readonly #leave: (why: Left) => void
  readonly #handlers = new Map<string, () => void>()
  #onResize: () => void = () => undefined
  #isOpen = true

  constructor(devices: ScreenDevices) {
    this.#devices = devices
    let leave: (why: Left) => void = () => undefined
    this.left = new Promise((resolve) => {
      leave = resolve
    })
    this.#leave = leave
    const { output, input, signals } = devices
    for (const signal of SIGNALS) {
      this.#handlers.set(signal, () => {
        leave(KILLED_BY_SIGNAL + constants.signals[signal])
      })
    }
    this.#handlers.set('exit', this.close)
    for (const [event, handler] of this.#handlers) signals.on(event, handler)
    output.on('resize', this.#resized)
    // Of a terminal that was closed, whose signal may be ignored (nohup). They stay: what is written last fails as well.
    for (const stream of [output, input]) {
      stream.on('error', () => {
        leave(KILLED_BY_SIGNAL + constants.signals.SIGHUP)
      })
    }
    if (input.isTTY === true) {
      input.setRawMode?.(true)
      input.on('data', this.#key)
      input.resume()
    }
    output.write(ENTER)
  }

  /** Undefined where the terminal does not say how wide it is. */
  get width(): number | undefined {
    const { columns } = this.#devices.output
    return columns > 0 ? columns : undefined
  }

  /** Lines that do not fit below each other are counted. */
  draw(lines: readonly string[]): void {
    const { rows } = this.#devices.output
    // The cursor stays on a line of its own, where there is a second one.
    const room = rows > 0 ? Math.max(1, rows - 1) : Infinity
    const hidden = lines.length - room
    const shown = hidden > 0 ? [...lines.slice(0, room - 1), `... ${String(hidden + 1)} more lines`] : lines
    const text = shown.map((line) => EMPTY_LINE + line).join('\n')
    this.#devices.output.write(rows === 1 ? `${HOME}${text}` : `${HOME}${text}\n${TO_END_OF_SCREEN}`)
  }

  /** Until the time is up or somebody leaves; `resized` is called for each new size on the way. */
  async pause(ms: number, resized: () => void): Promise<void> {
    this.#onResize = resized
    let timer: NodeJS.Timeout | undefined
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    await Promise.race([timeUp, this.left])
    clearTimeout(timer)
    this.#onResize = () => undefined
  }

  readonly close = (): void => {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { output, input, signals } = this.#devices
    for (const [event, handler] of this.#handlers) signals.off(event, handler)
    output.off('resize', this.#resized)
    if (input.isTTY === true) {
      input.off('data', this.#key)
      input.setRawMode?.(false)
      input.pause()
      // A terminal that was read from once would hold the process.
      input.unref()
    }
    output.write(LEAVE)
  }

  readonly #resized = (): void => {
    this.#onResize()
  }

  readonly #key = (bytes: Buffer): void => {
    if (LEAVING_KEYS.some((key) => bytes.includes(key))) this.#leave('quit')
  }
}
