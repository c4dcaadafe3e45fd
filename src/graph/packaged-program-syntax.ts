import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { userFrames } from '../core/errors/user-stack.js'
import { ENGINE_ROOT } from './packaged-program-evaluation.js'

const CHECKER = fileURLToPath(new URL('./packaged-program-syntax-checker.js', import.meta.url))
const CHECK_TIMEOUT_MS = 30_000
/** For a bundle that is one long line, which Node prints with as many blanks before the caret. */
const CHECK_OUTPUT_BYTES = 256 * 1024 * 1024

/**
 * `file:///job.mjs:3`, the line and the caret: what Node puts before the stack of a decorated error. An error at the end of
 * the file has no caret, only the blanks before it.
 */
const LOCATION =
  /^(?<place>(?:file:\/\/|\/|[A-Za-z]:\\)[^\n]*):(?<line>\d+)\r?\n(?<code>[^\n]*)\n(?<indent>[ \t]*)(?<carets>\^*)[ \t]*\n/m

/** `/job/data.json: Unexpected token`, the message of a JSON file that was imported or required. */
const JSON_FILE = /^(?<path>(?:\/|[A-Za-z]:\\)[^\n]*\.json): /

/** V8 underlines no further than so many columns. */
const MOST_UNDERLINED = 1020

const SHOWN_WIDTH = 100
const SHOWN_BEFORE_CARET = 70

interface Place {
  readonly path: string
  /** Counted from 1. */
  readonly line: number
  readonly code: string
  /** Counted from 0; undefined where it is too far out for V8. */
  readonly column: number | undefined
  readonly length: number
}

/**
 * Where a syntax error stands: file and line, the line itself, a caret; undefined when no file of the program has one.
 * An import tells the position of some errors only, so the rest is found by parsing the files again, in a process of its
 * own because that needs a flag of Node. It runs none of them.
 */
export async function findSyntaxError(error: SyntaxError, moduleUrl: string): Promise<string | undefined> {
  const place =
    placeIn(error.stack ?? '', error) ??
    (await placeInJson(error.message)) ??
    placeIn(await parseAgain(error, moduleUrl), error)
  return place === undefined ? undefined : shown(await withText(place))
}

function parseAgain({ message, stack = '' }: SyntaxError, moduleUrl: string): Promise<string> {
  // An error that user code made at run time has frames of it. Then it is not worth it to parse all installed packages.
  const extent = userFrames(stack, ENGINE_ROOT).length === 0 ? 'all' : 'own'
  const flags = ['--experimental-vm-modules', '--experimental-import-meta-resolve', '--no-warnings']
  const options = { timeout: CHECK_TIMEOUT_MS, maxBuffer: CHECK_OUTPUT_BYTES, env: {} }
  return new Promise((resolve) => {
    // A failing exit code is the expected outcome: the answer is on stderr.
    execFile(process.execPath, [...flags, CHECKER, moduleUrl, message, extent], options, (_failure, _out, stderr) => {
      resolve(stderr)
    })
  })
}

function placeIn(text: string, { message }: SyntaxError): Place | undefined {
  const { place, line, code, indent, carets } = LOCATION.exec(text)?.groups ?? {}
  if (place === undefined || code === undefined || indent === undefined) return undefined
  const path = place.startsWith('file:') ? pathOf(place) : place
  const length = carets?.length ?? 0
  const isCutOff = indent.length + length >= MOST_UNDERLINED
  const farOut = message === 'Unexpected end of input' ? code.length : undefined
  return { path, line: Number(line), code, column: isCutOff ? farOut : indent.length, length: Math.max(1, length) }
}

async function placeInJson(message: string): Promise<Place | undefined> {
  const path = JSON_FILE.exec(message)?.groups?.['path']
  if (path === undefined) return undefined
  const text = await readFile(path, 'utf8').catch(() => '')
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length)
  const lines = text.slice(0, position).split('\n')
  const code = text.split('\n')[lines.length - 1] ?? ''
  return { path, line: lines.length, code, column: lines.at(-1)?.length ?? 0, length: 1 }
}

/** What is missing at the end of a file is shown after its last line with text in it. */
async function withText(place: Place): Promise<Place> {
  if (place.code.trim() !== '') return place
  const lines = (await readFile(place.path, 'utf8').catch(() => '')).split('\n').slice(0, place.line)
  const last = lines.findLastIndex((text) => text.trim() !== '')
  const code = lines[last]?.trimEnd()
  return code === undefined ? place : { ...place, line: last + 1, code, column: code.length }
}

function pathOf(fileUrl: string): string {
  const url = new URL(fileUrl)
  url.search = ''
  return fileURLToPath(url)
}

/** Of a very long line, as bundlers make them, only what surrounds the caret. */
function shown({ path, line, code, column, length }: Place): string {
  const text = code.trimEnd()
  const isLong = text.length > SHOWN_WIDTH
  if (column === undefined) return `${path}:${String(line)}\n${text.slice(0, SHOWN_WIDTH)}…`
  const from = isLong ? Math.max(0, column - SHOWN_BEFORE_CARET) : 0
  const head = from > 0 ? '…' : ''
  const tail = isLong && from + SHOWN_WIDTH < text.length ? '…' : ''
  const part = text.slice(from, isLong ? from + SHOWN_WIDTH : undefined)
  const blanks = `${head}${part.slice(0, column - from)}`.replace(/[^\t]/g, ' ').padEnd(head.length + column - from)
  const carets = '^'.repeat(Math.min(length, SHOWN_WIDTH - SHOWN_BEFORE_CARET))
  const where = isLong ? `${String(line)}:${String(column + 1)}` : String(line)
  return `${path}:${where}\n${head}${part}${tail}\n${blanks}${carets}`
}
