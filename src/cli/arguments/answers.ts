import { printableJson } from '../terminal/printable-text.js'
import { has, type ParsedOptions } from './parsed-values.js'

/** How an action says what it does and what came of it. */
export interface Answers {
  /** What it does meanwhile, as `Waiting for response...`: for people, so not with --json or --quiet. */
  readonly tell: (line: string) => void
  /** What came of it, once: with --json the value as one line of JSON, else the lines. */
  readonly answer: (value: unknown, lines: readonly string[]) => void
  readonly isJson: boolean
  readonly isQuiet: boolean
}

export function answersOf(parsed: ParsedOptions, print: (line: string) => void): Answers {
  const isJson = has(parsed, 'json')
  const isQuiet = has(parsed, 'quiet')
  return {
    isJson,
    isQuiet,
    tell: (line) => {
      if (!isJson && !isQuiet) print(line)
    },
    answer: (value, lines) => {
      for (const line of isJson ? [printableJson(JSON.stringify(value))] : lines) print(line)
    },
  }
}
