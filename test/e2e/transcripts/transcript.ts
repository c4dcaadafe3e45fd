/** What a command printed, as the recorded transcripts of Flink have it: text with placeholders for what differs from run to run. */
import type { CommandResult } from '../command-line.js'

export interface Transcript {
  /** The line without `flink`. */
  readonly command: string
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * `equal`: not a letter is different. `heading`: the exit code is the same, as is all that is printed up to the first line of
 * the message, by which scripts know it; what explains it is ours.
 */
export type Verdict = 'equal' | 'heading' | 'differs'

const FORM =
  /^\$ flink ?(?<command>.*)\nexit code: (?<code>\d+)\n--- stdout\n(?<stdout>[^]*?)--- stderr\n(?<stderr>[^]*)$/
/** Between the message of a bad argument and the advice that every one of them has. */
const HINT = '\n\nUse the help option (-h or --help) to get help on the command.'
const BLOCK = `\n${'-'.repeat(60)}\n The program finished with the following exception:\n\n`

export function parseTranscript(text: string): Transcript {
  const { command = '', code = '', stdout = '', stderr = '' } = FORM.exec(text)?.groups ?? {}
  if (code === '') throw new TypeError(`this is no transcript: ${text}`)
  return { command, exitCode: Number(code), stdout: stdout.trimEnd(), stderr: stderr.trimEnd() }
}

export function renderTranscript({ command, exitCode, stdout, stderr }: Transcript): string {
  const lines = (text: string): string => (text === '' ? '' : `${text}\n`)
  const head = `$ ${`flink-ts ${command}`.trimEnd()}\nexit code: ${String(exitCode)}\n`
  return `${head}--- stdout\n${lines(stdout)}--- stderr\n${lines(stderr)}`
}

/** Recorded text with what changes from run to run taken out: numbers of the clock, and those that the program printed. */
export function withoutFigures(text: string): string {
  return text
    .replaceAll(/^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d : /gm, '<TIME> : ')
    .replaceAll(/^Job Runtime: \d+ ms$/gm, 'Job Runtime: <MS> ms')
    .replaceAll(/^(- \w+ \(.*\)): \d+$/gm, '$1: <NUMBER>')
    .replaceAll(/^BENCH \{.*\}$/gm, 'BENCH <RESULT>')
}

/** What we printed, with the placeholders of the recorded text. `places`: placeholder by the path that it stands for. */
export function transcriptOf(command: string, result: CommandResult, places: ReadonlyMap<string, string>): Transcript {
  const shown = (text: string): string => {
    let placed = text
    for (const [path, placeholder] of places) placed = placed.replaceAll(path, placeholder)
    return withoutFigures(withoutIds(placed)).trimEnd()
  }
  return { command, exitCode: result.exitCode, stdout: shown(result.stdout), stderr: shown(result.stderr) }
}

/**
 * The id that names no job is the user's own. The version changes with each release. Of a static method Node 20 names another
 * class than later ones.
 */
function withoutIds(text: string): string {
  return text
    .replaceAll(/^\tat (?:Function|Bench)\.main /gm, '\tat <CLASS>.main ')
    .replaceAll(/^Version: \d.*$/gm, 'Version: <VERSION>')
    .replaceAll(/savepoint-[0-9a-f]{6}-[0-9a-f]{12}/g, 'savepoint-<JOB6>-<RANDOM12>')
    .replaceAll(/\b(?!0{32})[0-9a-f]{32}\b/g, '<JOB>')
}

export function verdictOn(own: Transcript, recorded: Transcript): Verdict {
  if (own.exitCode !== recorded.exitCode) return 'differs'
  const flink = { stdout: withoutFigures(recorded.stdout), stderr: withoutFigures(recorded.stderr) }
  if (own.stdout === flink.stdout && own.stderr === flink.stderr) return 'equal'
  const isSame = headOf(own.stdout) === headOf(flink.stdout) && headOf(own.stderr) === headOf(flink.stderr)
  return isSame ? 'heading' : 'differs'
}

/** All of a text that is no message; of a message its first line. */
function headOf(text: string): string {
  const block = text.indexOf(BLOCK)
  const start = block === -1 ? 0 : block + BLOCK.length
  if (block === -1 && !text.endsWith(HINT)) return text
  return text.slice(0, start) + firstLineOf(text.slice(start))
}

function firstLineOf(text: string): string {
  return text.slice(0, Math.max(0, text.indexOf('\n'))) || text
}
