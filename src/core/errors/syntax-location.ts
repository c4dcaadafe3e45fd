import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { describeThrown, isError, textOfError } from './thrown-value.js'

/**
 * `file:///job.mjs:3`, the line and the caret: what Node puts before the stack of a decorated error. An error at the end of
 * the file has no caret, only the blanks before it.
 */
const LOCATION =
  /^(?<place>(?:\/|[A-Za-z]:\\|(?!node:)[a-z][a-z+.-]+:)[^\n]*):(?<line>\d+)\r?\n(?<code>[^\n]*)\n(?<indent>[ \t]*)(?<carets>\^*)[ \t]*\n/

/** The same of TypeScript whose types Node could not leave out: it shows lines around the one that is meant as well. */
const TYPED_LOCATION =
  /^(?<place>(?:\/|[A-Za-z]:\\|file:)[^\n]*):(?<line>\d+)\r?\n(?:[^\n]*\n)*?(?<code>[^\n]*)\n(?<indent>[ \t]*)(?<carets>\^+)[ \t]*\n/

/** The end of the file has no caret there. */
const TYPED_END = /^(?<place>(?:\/|[A-Za-z]:\\|file:)[^\n]*):\d+\r?\n[^]*<eof>/

/** `/job/data.json: Unexpected token`, the message of a JSON file that was imported or required. */
const JSON_FILE = /^(?<path>(?:\/|[A-Za-z]:\\)[^\n]*\.json): /

/** V8 underlines no further than so many columns. */
const MOST_UNDERLINED = 1020

const SHOWN_WIDTH = 100
const SHOWN_BEFORE_CARET = 70
/** A `data:` URL holds the whole module. */
const SHOWN_URL = 60

interface Place {
  /** Path of a file, or the URL of what is none. */
  readonly path: string
  /** Counted from 1. */
  readonly line: number
  readonly code: string
  /** Counted from 0; undefined where it is too far out for V8. */
  readonly column: number | undefined
  readonly length: number
}

/**
 * Where a syntax error stands: file and line, the line itself, a caret; undefined when it stands in no module, as that of a
 * JSON.parse or of a pattern. To be asked in the thread in which it was thrown: only there the error knows its place.
 */
export function syntaxLocationOf(error: SyntaxError): string | undefined {
  const message = textOfError(error, 'message') ?? ''
  const place = isTyped(error)
    ? placeInTyped(textOfError(error, 'stack') ?? '', message)
    : (placeIn(decoratedStackOf(error), message) ?? placeInJson(message))
  return place === undefined ? undefined : shown(withText(place))
}

/** Something that was thrown, in one phrase; a syntax error with its file and line. */
export function describeFailure(thrown: unknown): string {
  const location = isError(thrown) && thrown instanceof SyntaxError ? syntaxLocationOf(thrown) : undefined
  const description = describeThrown(thrown)
  return location === undefined ? description : `${description} (${location.slice(0, location.indexOf('\n'))})`
}

/**
 * Node keeps the place beside an error of an ES module and puts it before the stack only of what nobody catches, and of what
 * leaves a script of node:vm. What has a place already keeps it.
 */
function decoratedStackOf(error: SyntaxError): string {
  try {
    runInNewContext('throw error', { error }, { displayErrors: true })
  } catch {
    // It is the error itself.
  }
  return textOfError(error, 'stack') ?? ''
}

function isTyped(error: SyntaxError): boolean {
  return 'code' in error && typeof error.code === 'string' && error.code.endsWith('_TYPESCRIPT_SYNTAX')
}

function placeIn(stack: string, message: string, location = LOCATION): Place | undefined {
  const { place, line, code, indent, carets } = location.exec(stack)?.groups ?? {}
  if (place === undefined || code === undefined || indent === undefined) return undefined
  const path = pathOf(place)
  const length = carets?.length ?? 0
  const isCutOff = indent.length + length >= MOST_UNDERLINED
  const farOut = message === 'Unexpected end of input' ? code.length : undefined
  return { path, line: Number(line), code, column: isCutOff ? farOut : indent.length, length: Math.max(1, length) }
}

function placeInTyped(stack: string, message: string): Place | undefined {
  const place = placeIn(stack, message, TYPED_LOCATION)
  const [, end] = place === undefined ? (TYPED_END.exec(stack) ?? []) : []
  if (end === undefined) return place
  const path = pathOf(end)
  return { path, line: textOf(path).split('\n').length, code: '', column: 0, length: 1 }
}

function placeInJson(message: string): Place | undefined {
  const path = JSON_FILE.exec(message)?.groups?.['path']
  if (path === undefined) return undefined
  const text = textOf(path)
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length)
  const lines = text.slice(0, position).split('\n')
  const code = text.split('\n')[lines.length - 1] ?? ''
  return { path, line: lines.length, code, column: lines.at(-1)?.length ?? 0, length: 1 }
}

/** What is missing at the end of a module is shown after its last line with text in it. */
function withText(place: Place): Place {
  if (place.code.trim() !== '') return place
  const lines = textOf(place.path).split('\n').slice(0, place.line)
  const last = lines.findLastIndex((text) => text.trim() !== '')
  const code = lines[last]?.trimEnd()
  return code === undefined ? place : { ...place, line: last + 1, code, column: code.length }
}

/** Empty when there is none any more: the place is shown without it. */
function textOf(path: string): string {
  try {
    return path.startsWith('data:') ? textOfDataUrl(path) : readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function textOfDataUrl(url: string): string {
  const comma = url.indexOf(',')
  const content = decodeURIComponent(url.slice(comma + 1))
  return url.slice(0, comma).endsWith(';base64') ? Buffer.from(content, 'base64').toString() : content
}

function pathOf(place: string): string {
  if (!place.startsWith('file:')) return place
  const url = new URL(place)
  url.search = ''
  return fileURLToPath(url)
}

/** Of a very long line, as bundlers make them, only what surrounds the caret. */
function shown({ path, line, code, column, length }: Place): string {
  const name = path.startsWith('data:') && path.length > SHOWN_URL ? `${path.slice(0, SHOWN_URL)}…` : path
  const text = code.trimEnd()
  const isLong = text.length > SHOWN_WIDTH
  if (column === undefined) return `${name}:${String(line)}\n${text.slice(0, SHOWN_WIDTH)}…`
  const from = isLong ? Math.max(0, column - SHOWN_BEFORE_CARET) : 0
  const head = from > 0 ? '…' : ''
  const tail = isLong && from + SHOWN_WIDTH < text.length ? '…' : ''
  const part = text.slice(from, isLong ? from + SHOWN_WIDTH : undefined)
  const blanks = `${head}${part.slice(0, column - from)}`.replace(/[^\t]/g, ' ').padEnd(head.length + column - from)
  const carets = '^'.repeat(Math.min(length, SHOWN_WIDTH - SHOWN_BEFORE_CARET))
  const where = isLong ? `${String(line)}:${String(column + 1)}` : String(line)
  return `${name}:${where}\n${head}${part}${tail}\n${blanks}${carets}`
}
